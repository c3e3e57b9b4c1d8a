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
    known=$(compgen -v)
    words=$(compgen -bk)$'"'\n'"'$1
    set --
    gepo_say() {
        local name line
        for name in $(compgen -A function); do
            [[ $name == gepo_say || $'"'\n'"'$words$'"'\n'"' == *$'"'\n'"'"$name"$'"'\n'"'* ]] || declare -f "$name"
        done
        for name in $(compgen -v); do
            case $name in known | words | name | line | _ | BASH_* | FUNCNAME | PIPESTATUS) continue ;; esac
            [[ $'"'\n'"'$known$'"'\n'"' == *$'"'\n'"'"$name"$'"'\n'"'* ]] && continue
            line=$(declare -p "$name" 2>/dev/null) && echo "$line"
        done
    }
    exec 7>&1 1>/dev/null
    # In the mode of POSIX some words come before functions.
    trap "
        POSIXLY_CORRECT=1
        \\trap - DEBUG RETURN ERR
        \\unset -f \$words
        \\unset POSIXLY_CORRECT
        \\enable \$words 2>/dev/null
        \\unalias -a
        gepo_say >&7
    " EXIT
    source /box/answer.sh
' bash "$(grep -oxE 'diff|cmp|bc|grep|sort|uniq|tr|awk|sed|expr|wc|cat|head|tail|cut' <<<"${test//[!a-z]/$'\n'}")" </dev/null 5>&-)

exec 8>&1
said=$(
    exec 5>&-
    exec bash --noprofile --norc -O extglob <(
        printf '%s\n' "$left" "$test"
        printf '[[ $? -eq 0 && ! -o noexec ]] && builtin printf %%s %s >&9\n' "$token"
    ) 9>&1 1>&8 8>&- </dev/null
)
status=$?
[[ $said == "$token" && $status -eq 0 ]] && printf %s "$word" >&5
exit "$status"
