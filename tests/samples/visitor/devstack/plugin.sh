#!/bin/bash
#
# plugin.sh of the sample plugin visitor

if [[ "$1" == "stack" && "$2" == "pre-install" ]]; then
    visitor_name="a visitor on $DISTRO"
elif [[ "$1" == "stack" && "$2" == "install" ]]; then
    mkdir -p "${VISITOR_BOOK%/*}"
elif [[ "$1" == "stack" && "$2" == "post-config" ]]; then
    iniset "${VISITOR_BOOK%/*}/visitor.conf" DEFAULT url "$VISITOR_URL"
elif [[ "$1" == "stack" && "$2" == "extra" ]]; then
    url=$(iniget "${VISITOR_BOOK%/*}/visitor.conf" DEFAULT url)
    answer=$(curl --silent --fail "$url" | jq --raw-output .greeting)
    echo "$visitor_name was told: $answer" >>"$VISITOR_BOOK"
elif [[ "$1" == "stack" && "$2" == "test-config" ]]; then
    grep --quiet "Hello from local.conf" "$VISITOR_BOOK" || die $LINENO "the greeter did not greet"
    echo_summary "$(<"$VISITOR_BOOK")"
elif [[ "$1" == "clean" ]]; then
    rm -rf "${VISITOR_BOOK%/*}"
fi
