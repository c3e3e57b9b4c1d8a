#!/bin/bash
# Runs a test in the form of code behind answer.sh: a word and the test on descriptor 4, the word back on 3.
#
# Three shells. One loads the answer and says what functions and variables it leaves, and is gone with all else that the
# answer does. The second has these and runs the test, which it reads line by line, and says a token at its end that stands
# in no variable of its own, but in the last line. This one compares.
IFS= read -r -d '' -u 4 told
exec 4<&- 5>&3 3>&-
word=${told%%$'\n'*}
test=${told#*$'\n'}
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
unset told

# Functions and aliases that have the names of the shell's own words, or of what tests compare by, are no answer's.
left=$(bash --noprofile --norc -O extglob -c '
    gepo_known=$(compgen -v)
    gepo_words=$(compgen -bk)$'"'\n'"'$1
    set --
    gepo_say() {
        local gepo_name gepo_line gepo_drop gepo_flags
        for gepo_name in $(compgen -A function); do
            [[ $gepo_name == gepo_say || $'"'\n'"'"$gepo_words"$'"'\n'"' == *$'"'\n'"'"$gepo_name"$'"'\n'"'* ]] || declare -f "$gepo_name"
        done
        for gepo_name in $(compgen -v); do
            case $gepo_name in gepo_* | _ | BASH_* | FUNCNAME | PIPESTATUS) continue ;; esac
            [[ $'"'\n'"'"$gepo_known"$'"'\n'"' == *$'"'\n'"'"$gepo_name"$'"'\n'"'* ]] && continue
            gepo_line=$(declare -p "$gepo_name" 2>/dev/null) || continue
            # What is exported may be asked for by other programs, and a test may set what it likes.
            gepo_drop=r
            case $gepo_name in LC_* | LANG | TZ) ;; *) gepo_drop+=x ;; esac
            gepo_line=${gepo_line#declare -}
            gepo_flags=${gepo_line%% *}
            gepo_flags=${gepo_flags//[$gepo_drop]/}
            echo "declare -${gepo_flags:--} ${gepo_line#* }"
        done
    }
    exec 7>&1 1>/dev/null
    # In the mode of POSIX some words come before functions.
    trap "
        POSIXLY_CORRECT=1
        \\trap - DEBUG RETURN ERR
        \\unset -f \$gepo_words
        \\unset POSIXLY_CORRECT
        \\enable \$gepo_words 2>/dev/null
        \\unalias -a
        gepo_say >&7
    " EXIT
    source /box/answer.sh
' bash "$(grep -oxE 'diff|cmp|bc|grep|sort|uniq|tr|awk|sed|expr|wc|cat|head|tail|cut' <<<"${test//[!A-Za-z0-9_]/$'\n'}")" </dev/null 5>&-)

# What the test sets holds what it is set to.
plain=$(grep -oE '[A-Za-z_][A-Za-z0-9_]*=' <<<"$test" | sort -u | while IFS='=' read -r name; do
    [[ $left =~ (^|$'\n')declare\ -[^\ ]*\ $name(=|$'\n'|$) ]] && echo "declare +n $name; declare +ilu $name"
done)

exec 8>&1
said=$(
    exec 5>&-
    exec bash --noprofile --norc -O extglob <(
        printf '%s\n' "$left" "$plain" "$test"
        printf '[[ $? -eq 0 && ! -o noexec ]] && builtin printf %%s %s >&9\n' "$token"
    ) 9>&1 1>&8 8>&- </dev/null
)
status=$?
[[ $said == "$token" && $status -eq 0 ]] && printf %s "$word" >&5
exit "$status"
