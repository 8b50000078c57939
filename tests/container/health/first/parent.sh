#!/bin/bash
# Is gone at once when it is told to. Its child is told nothing, as services end their main process only.
trap 'exit 0' TERM
sleep 4711 &
while true; do
    wait -n
done
