# Calls one function of answer.sh: nonce, name and arguments from descriptor 4, each ended by a NUL; what the function
# prints goes behind the nonce to descriptor 3, as $(...) gives it. The answer has a shell of its own, which is never
# told the nonce. There it is sourced as what it is, and what it prints by itself is no result.
if [[ $1 != answer ]]; then
  mapfile -d '' -t call <&4
  exec 4<&- 5>&1
  # The word tells a function that prints nothing from a shell that ends before it is called.
  returned=$(bash "$0" answer 3>&- 4< <(printf '%s\0' "${call[@]:1}"))
  status=$?
  # A shell that took too much CPU time ends so, and this one with it: that is no error of the program.
  (( status == 128 + 24 )) && kill -XCPU $$
  (( status == 0 )) || exit "$status"
  [[ $returned == returned* ]] || exit 0
  returned=${returned#returned}
  printf '%s\n%s' "${call[0]}" "${returned#$'\n'}" >&3
  exit
fi

mapfile -d '' -t gepo_call <&4
exec 4<&- 6>&1 1>&5 5>&-
set --
source /box/answer.sh
if ! builtin declare -F "${gepo_call[0]}" >/dev/null; then
  builtin echo "there is no function ${gepo_call[0]}" >&2
  builtin exit 1
fi
# A status that it returns says nothing of what it printed; a shell that it ends with one does.
gepo_call=$("${gepo_call[@]}" 6>&-; builtin exit 0) || builtin exit
builtin printf 'returned\n%s' "$gepo_call" >&6
