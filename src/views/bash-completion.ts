/**
 * The completion script for bash: it needs bash alone, 3.2 or newer, and not the package bash-completion. It gives no word to
 * `eval` or `compgen -W`, which would run what a module's name or a half typed word has in `$( )`.
 */
export const BASH_COMPLETION = `# bash completion for batch-manager

__batch_manager_complete() {
    local line="\${COMP_LINE:0:$COMP_POINT}" part="\${COMP_WORDS[COMP_CWORD]}"
    local words current before value directive=0
    read -r -a words <<< "$line"
    case "$line" in *[[:space:]]) words+=("") ;; esac
    current="\${words[\${#words[@]}-1]}"
    # What stands before the last word break, such as "=", is kept by readline and must not be offered again.
    case "$part" in "=" | ":") part="" ;; esac
    before="\${current%"$part"}"
    COMPREPLY=()
    while IFS= read -r value; do
        case "$value" in
            :[0-9]*) directive="\${value#:}" && continue ;;
        esac
        value="\${value%%$'\\t'*}"
        if [[ -n "$value" && "$value" == "$current"* ]]; then
            COMPREPLY+=("$(printf '%q' "\${value#"$before"}")")
        fi
    done < <(batch-manager complete -- "\${words[@]:1}" 2>/dev/null)
    if (( (directive & 2) != 0 )); then
        compopt -o nospace 2>/dev/null
    fi
}

complete -F __batch_manager_complete batch-manager
`;
