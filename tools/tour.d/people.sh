# shellcheck shell=bash
# People of any shop: keys and receipts, who is let in, who did what, and who wants to be forgotten. A story of tools/tour.

readonly quay=phone:+84944444444 quay_new=phone:+84955555555

story() {
    export TIM_PROGRAM=quay-so
    chapter "People: who customers are, and who may do what"
    sed 's/"id": "flexzen"/"id": "quay-so"/' tools/presets/flexzen.json >"$data/quay-so.json"
    run tim program put "$data/quay-so.json"
    people_receipts
    people_password
    people_desk
    people_forgotten
}

people_receipts() {
    section "A receipt and a phone that come later"
    say "The grocery's first purchase was rung up for nobody. Its owner shows the receipt: it counts as if bought then."
    run tim enroll $quay --name "Tạp hoá Quay" --type grocery --item tea --at 2026-05-22T11:00
    printf 'kind,receipt,at,terminal,customer,amount\nsale,D5,2026-05-22T10:00,1,,450000\n' >"$data/feed.csv"
    run tim feed "$data/feed.csv"
    expect "anonymous=1"
    run tim claim $quay 1/D5
    expect "4"
    refused tim claim $quay 1/D5
    say "It has another phone. The one before leads to nobody, and is free for others."
    run tim rekey $quay --add $quay_new --drop $quay
    run tim show $quay_new
    shows S1.3 "Tạp hoá Quay"
    refused tim show $quay
}

people_password() {
    section "A password, with a code as the proof"
    say "The members' pages let people in. Their key sets a password only with a proof: a code that was sent to the phone."
    run tim keys add pages --role member-service --programs quay-so --out "$data/pages.key"
    printf 'trà sen tây hồ\n' >"$data/new-password.txt"
    typed tim --key-file "$data/pages.key" password set $quay_new "<" "$data/new-password.txt"
    output=$("$build/bin/tim" --key-file "$data/pages.key" password set $quay_new <"$data/new-password.txt" 2>&1) && wrong "this should have been refused"
    told
    run tim --key-file "$data/pages.key" otp issue $quay_new --purpose password
    local code
    code=$(grep -oE '\b[0-9]{6}\b' <<<"$output" | head -n 1)
    typed tim --key-file "$data/pages.key" password set $quay_new --code "$code" "<" "$data/new-password.txt"
    output=$("$build/bin/tim" --key-file "$data/pages.key" password set $quay_new --code "$code" <"$data/new-password.txt" 2>&1) || wrong "$output"
    told
    typed tim --key-file "$data/pages.key" password check $quay_new "<" "$data/new-password.txt"
    output=$("$build/bin/tim" --key-file "$data/pages.key" password check $quay_new <"$data/new-password.txt" 2>&1) || wrong "$output"
    told
}

people_desk() {
    section "What a desk may do, and who did it"
    say "The desk's key can block a customer, who earns and spends nothing; what an admin alone may do, it cannot."
    run tim keys add desk --role staff --programs quay-so --out "$data/desk.key"
    run tim --key-file "$data/desk.key" block $quay_new --reason "asked by telephone"
    refused tim --key-file "$data/desk.key" adjust $quay_new --points 5 --reason "a gift"
    refused tim redeem $quay_new --points 1
    say "Who did what is in the ledger."
    run tim audit --by desk
    expect "customer_blocked"
}

people_forgotten() {
    section "Forgotten"
    say "The owner wants to be forgotten: the name and the phone are gone from every file, and the figures stay."
    run tim erase $quay_new --reason "asked by letter" --yes
    refused tim show $quay_new
    run tim segment "items has tea" --report spend --by type
    expect "grocery 1 1 450000"
}
