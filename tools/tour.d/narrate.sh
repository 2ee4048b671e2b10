# shellcheck shell=bash
# How the stories of tools/tour are told, and checked: sourced by it, with $build, $data and the address of its timd.

output=             # of the last command, as it was printed
only=               # a regular expression: of the next answer only the lines that match are shown
declare -A shown=() # the numbers of docs/requirements.md that were shown

faint= plain=
if [[ -t 1 ]]; then faint=$'\e[2m' plain=$'\e[0m'; fi

chapter() { printf '\n━━ %s\n' "$*"; }
section() { printf '\n── %s\n' "$*"; }
say() {
    echo
    fold -s -w 120 <<<"$*" | sed 's/ *$//'
}

wrong() { # SENTENCE…
    printf 'tour: %s\n' "$@" >&2
    exit 1
}

# A command as one would type it.
typed() {
    local word line='  $'
    for word in "$@"; do
        word=${word//"$data/"/}
        if [[ $word =~ ^[[:alnum:]_./:+=,@-]+$ ]]; then line+=" $word"; else line+=" '$word'"; fi
    done
    printf '\n%s\n' "$line"
}

# What comes of a command; with `only=REGEX` no more than the lines that match, and how many others there are.
told() {
    output=${output//"$data/"/}
    if [[ -n ${only-} ]]; then
        awk -v only="$only" '$0 ~ only { print "    " $0; next } { ++others } END { if (others) print "    … and " others " more lines" }' <<<"$output"
    elif [[ -n $output ]]; then
        sed 's/^/    /; s/ *$//' <<<"$output"
    fi
}

# Runs one command and shows what comes of it. `output` keeps it.
run() {
    local code=0
    typed "$@"
    output=$("$build/bin/$1" "${@:2}" 2>&1) || code=$?
    told
    ((code == 0)) || wrong "this should have been accepted"
}

# The same for a command that the rules refuse, or refuse in part.
refused() {
    local code=0
    typed "$@"
    output=$("$build/bin/$1" "${@:2}" 2>&1) || code=$?
    told
    ((code > 0)) || wrong "this should have been refused"
}

# Shows a file.
look() {
    printf '\n  %s\n' "${1#"$data/"}"
    output=$(<"$1")
    told
}

# Runs a command that needs no words.
quietly() {
    output=$("$build/bin/$1" "${@:2}" 2>&1) || wrong "this should have been accepted: $*" "$output"
}

# Whether the last answer says a text, however many blanks stand between its words. A $ at the text's end is the end of a line.
says() {
    local answer
    answer=$(sed 's/  */ /g; s/ $//' <<<"$output")
    [[ $answer$'\n' == *"${1/%\$/$'\n'}"* ]]
}
expect() { # TEXT…
    local text
    for text in "$@"; do says "$text" || wrong "by the rules the answer says: $text"; done
}
expect_not() { # TEXT…
    local text
    for text in "$@"; do ! says "$text" || wrong "by the rules the answer does not say: $text"; done
}

# The last answer says each of the texts, and so shows these numbers of docs/requirements.md.
shows() { # 'NUMBER…' TEXT…
    local number
    (($# > 1)) || wrong "$1: nothing is compared"
    expect "${@:2}"
    for number in $1; do shown[$number]=yes; done
    printf '    %s[%s]%s\n' "$faint" "$1" "$plain"
}

# The value of a field of the last answer.
field() {
    local value
    value=$(sed -n "s/^$1   *//p" <<<"$output" | head -n 1)
    [[ -n $value ]] || wrong "the answer has no field $1"
    printf '%s\n' "$value"
}

# begin ID TITLE: the shop opens, with the preset of its source.
begin() {
    export TIM_PROGRAM=$1
    chapter "$2"
    run tim program put "tools/presets/$1.json"
    cp "tools/presets/$1.json" "$data/$1.json"
}

# edit [SED-OPTION…] SCRIPT: changes the shop's program file by a sed script, and shows the lines that are new.
edit() {
    local file=$data/$TIM_PROGRAM.json
    cp "$file" "$data/before.json"
    sed -i "$@" "$file"
    printf '\n  %s.json\n' "$TIM_PROGRAM"
    { diff "$data/before.json" "$file" || true; } | sed -n 's/^> */    + /p; s/^< */    - /p'
    ! cmp -s "$data/before.json" "$file" || wrong "the edit changed nothing"
}

# add_section: a section of the program, read from standard input, comes before its tiers.
add_section() {
    local file=$data/$TIM_PROGRAM.json
    cat >"$data/section"
    printf '\n  %s.json\n' "$TIM_PROGRAM"
    sed 's/^/    + /' "$data/section"
    sed -i -e "/^  \"tiers\": \[/{" -e "e cat '$data/section'" -e "}" "$file"
}

# Every number of the page was shown by one story or another.
nothing_left_out() {
    local number
    local -a missing=()
    while IFS= read -r number; do
        [[ -n ${shown[$number]-} ]] || missing+=("$number")
    done < <(grep -oE '^\| S[0-9]+\.[0-9]+ \|' docs/requirements.md | tr -d '| ')
    ((${#missing[@]} == 0)) || wrong "of docs/requirements.md no story has shown ${missing[*]}"
    printf '    %s[all %d numbers of docs/requirements.md]%s\n' "$faint" "${#shown[@]}" "$plain"
}
