if [[ $1 == stack && $2 == extra ]]; then
    for service in sleeper sleeper-unwanted sleeper-unnamed; do
        run_process "$service" "$(type -P sleep) infinity"
    done
elif [[ $1 == unstack ]]; then
    for service in sleeper sleeper-unwanted sleeper-unnamed; do
        stop_process "$service"
    done
fi
