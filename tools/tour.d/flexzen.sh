# shellcheck shell=bash
# Flexzen / Việt Thiên: who customers are, what was promised to them, and who buys for more than 30 millions in a month.
# A story of tools/tour.

readonly moc=phone:+84933333333 sen=phone:+84933333334 binh=phone:+84933333335

story() {
    begin flexzen "Flexzen / Việt Thiên: who customers are, and when to call them"
    flexzen_entry
    flexzen_status
    flexzen_classes
    flexzen_referrer
    flexzen_reports
    flexzen_calendar
}

flexzen_entry() {
    section "Entry of a customer"
    say "Hoa, who is salesperson NV07, enters a café that an advertisement on Facebook has brought. Customer care enters a grocery that rang up: it has the company's code."
    run tim enroll $moc --name "Quán cà phê Mộc" --staff NV07 --source facebook --channel hoi-cho --nature wholesale --type cafe --item tea --at 2026-03-01T09:00
    run tim enroll $sen --name "Tạp hoá Sen" --source self --type grocery --at 2026-03-01T10:00
    run tim show $moc
    shows "S4.1 S4.2 S4.6 S4.11" "status new" "staff NV07" "source facebook (hoi-cho)" "natures wholesale" "types cafe" "items tea"
    run tim segment "staff = company"
    shows S4.1 "$sen Tạp hoá Sen new"
    expect_not "$moc"
}

flexzen_status() {
    section "New, prospect, purchased, VIP"
    say "The café was called and has a sample of tea: a prospect, whom Hoa calls again every two weeks."
    run tim classify $moc --status prospect --at 2026-03-02T09:00
    run tim care add $moc --kind call --due 2026-03-09T09:00 --every 14 --note "có thích trà không?" --at 2026-03-02T09:05
    expect "planned"
    run tim segment "status = prospect"
    shows "S4.2 S4.3" "$moc Quán cà phê Mộc prospect"
    say "Any order makes it one that has purchased. Thirty millions are not more than thirty; one more order is, and it is VIP."
    run tim sale $moc --receipt 1/D1 --amount 30000000 --at 2026-03-10T08:00
    run tim segment "orders > 0"
    shows "S4.2 S4.3" "Quán cà phê Mộc purchased"
    run tim sale $moc --receipt 1/D2 --amount 500000 --at 2026-03-20T08:00
    run tim segment "orders > 0"
    shows S4.3 "Quán cà phê Mộc vip"
    say "A customer has one status: what follows from orders nobody can set by hand."
    refused tim classify $sen --status vip
    shows S4.4 "by hand a customer is new or a prospect"
    say "April counts beside March; from May on neither month reaches it, and the café is an ordinary customer again."
    run tim sale $moc --receipt 1/D3 --amount 1000000 --at 2026-04-20T08:00
    expect "tier Khách VIP$"
    run tim sale $moc --receipt 1/D4 --amount 1000000 --at 2026-05-20T08:00
    run tim segment "status = purchased"
    shows S4.3 "Quán cà phê Mộc purchased Khách hàng"
}

flexzen_classes() {
    section "One source, any number of the rest"
    say "The grocery had seen a clip on TikTok: that is its source now, the one it has. A source that the shop does not know is refused."
    run tim classify $sen --source tiktok --channel clip-07 --at 2026-05-21T08:00
    refused tim classify $sen --source radio --at 2026-05-21T08:01
    expect "unknown_source"
    run tim show $sen
    shows "S4.5 S4.6" "source tiktok (clip-07)"
    say "It sells on and signs a contract as a dealer, has a café beside the shop, and takes tea, coffee and beans. The contract ends; the rest stays."
    run tim classify $sen --nature wholesale --nature dealer --type cafe --item tea --item coffee --item beans --at 2026-05-21T09:00
    run tim classify $sen --drop-nature dealer --at 2026-05-22T09:00
    run tim history $sen --limit 2
    shows "S4.7 S4.8 S4.9" "natures wholesale and dealer, types cafe and grocery, items tea and coffee and beans" \
        "natures wholesale, types cafe and grocery, items tea and coffee and beans"
}

flexzen_referrer() {
    section "A referrer's commission, by campaign"
    say "Until August whoever brings a customer gets 3 % of the first order, in a wallet."
    add_section <<'JSON'
  "referral": { "enabled": true, "code_days": 30 },
  "campaigns": [
    { "id": "gioi-thieu", "from": "2026-05-01", "to": "2026-08-31", "when": { "source_in": ["referrer"], "first_order": true },
      "then": [ { "referrer_commission_bp": 300 } ] } ],
JSON
    run tim program put "$data/flexzen.json"
    run tim sale $moc --receipt 1/D5 --amount 600000 --at 2026-05-23T08:00
    say "The café gives the code of its purchase to Anh Bình, who has never bought here: 150,000 of his 5,000,000 are the café's, and are paid out to it."
    run tim enroll $binh --name "Anh Bình" --staff NV07 --source referrer --nature export --type manufacturer --item coffee --referral "$(field "referral code")" --at 2026-05-24T08:00
    run tim sale $binh --receipt 1/D6 --amount 5000000 --at 2026-05-24T09:00
    shows "S4.5 S4.6" "campaign_applied gioi-thieu" "referrer_commission 150000 for id:1"
    run tim vip commission $moc
    shows S4.6 "available 150000 VND" "referrer_commission id:3 1/D6"
    run tim vip payout request $moc --at 2026-05-25T09:00
    run tim vip payout list
    shows S4.6 "150000 requested"
}

flexzen_reports() {
    section "One question mixes all conditions"
    say "At the end of July: who has not ordered for one month, for three? And who has?"
    run tim sale $binh --receipt 1/D7 --amount 2000000 --at 2026-07-30T09:00
    run tim segment "no order in last 1 month" --count
    shows S4.4 "2 of 3 customers"
    run tim segment "no order in last 3 months" --count
    shows S4.4 "1 of 3 customers"
    run tim segment "bought in last 2 months"
    shows S4.4 "$binh Anh Bình"
    say "From an advertisement, buys wholesale, takes tea, bought for more than 3,000,000 and nothing for two months, and is no VIP: the café should be called."
    run tim segment "source in (facebook, google, tiktok) and nature has wholesale and items has tea and spend > 3000000 and no order in last 2 months and tier < vip"
    shows S4.10 "$moc Quán cà phê Mộc"
    expect_not "$sen" "$binh"
    say "A fault of a question is told with its place."
    refused tim segment "source = radio" --count
    shows S4.5 'at 10: "radio"' "staff, facebook, google, tiktok, referrer, direct, self"
    say "What they bought, by where they come from and what they are: who is two things counts for each, and once in the sum. For a spreadsheet, too."
    run tim segment "items has tea or items has coffee" --report spend --by source,type
    shows S4.10 "facebook cafe 1 5 33100000" "tiktok cafe 1 0 0" "tiktok grocery 1 0 0" "referrer manufacturer 1 2 7000000" "all 3 7 40100000"
    run tim segment "orders > 0" --csv "$data/buyers.csv"
    look "$data/buyers.csv"
    expect "purchased"
}

flexzen_calendar() {
    section "The care calendar"
    say "The café's call is long overdue, and everybody without an order gets a message. Anh Bình's birthday is next week."
    run tim care add --segment "orders = 0" --kind message --due 2026-08-04 --at 2026-07-31T08:00
    run tim classify $binh --birthday 08-05 --at 2026-07-31T08:05
    run tim care list --from 2026-03-01 --days 180
    shows "S4.3 S4.11" "09:00 call $moc" "every 14 days" "message $sen"
    run tim care birthdays --from 2026-07-31
    shows S4.11 "2026-08-05 Wednesday $binh Anh Bình NV07"
    say "Hoa calls: the café wants five kilos. That call is done, and the next one is in the calendar by itself. The message is put off, and then not needed."
    local call message
    quietly tim care list --from 2026-03-01 --days 180
    call=$(awk '/ call / { print $NF }' <<<"$output")
    message=$(awk '/ message / { print $NF }' <<<"$output")
    run tim care done "$call" --note "đặt 5 kg" --at 2026-07-31T09:20
    run tim care list $moc
    shows "S4.3 S4.11" "đặt 5 kg"
    run tim care change "$message" --due 2026-08-11 --staff NV07 --at 2026-07-31T10:00
    run tim care list --from 2026-08-01 --days 14 --staff NV07
    shows S4.11 "message $sen"
    run tim care drop "$message" --note "đã gọi" --at 2026-08-01T10:00
    run tim care list --from 2026-08-01 --days 14 --staff NV07
    expect_not "message"
}
