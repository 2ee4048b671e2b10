# shellcheck shell=bash
# Nhanh.vn: levels by the money that was spent. A story of tools/tour.

readonly lan=phone:+84901234567 minh=phone:+84907654321 hung=phone:+84901111113 cuc=phone:+84901111114

story() {
    begin nhanh "Nhanh.vn: levels by the money that was spent"
    nhanh_levels
    nhanh_point_floor
    nhanh_another_level
    nhanh_totals
    nhanh_promotions
    nhanh_care
    nhanh_rule_types
}

nhanh_levels() {
    section "Up and down by themselves"
    say "Lan has bought for 2,999,999 đ: Đồng, to whose end there is not a đồng left. Bạc is from 3,000,000 to 9,999,999."
    run tim enroll $lan --name Lan --at 2026-03-01T09:00
    run tim sale $lan --receipt 1/A1 --amount 2999999 --at 2026-03-01T10:00
    expect "tier Đồng$"
    run tim sale $lan --receipt 1/A2 --amount 6500001 --at 2026-03-02T10:00
    shows "S3.1 S3.6" "tier Đồng → Bạc"
    say "9,500,000 in all; another million makes her Vàng at once. Above it there is no level: Vàng has no maximum."
    run tim sale $lan --receipt 1/A3 --amount 1000000 --at 2026-03-05T18:30
    shows "S3.2 S3.6 S3.9" "tier Bạc → Vàng"
    say "Next day she brings goods for two millions back, and is Bạc again: a return counts at once."
    run tim return $lan --receipt 1/R2 --amount 2000000 --original 1/A2 --at 2026-03-06T09:00
    shows "S3.2 S3.10" "tier Vàng → Bạc"
}

nhanh_point_floor() {
    section "Points that stay"
    say "Minh comes over from the shop's old system, by a gift of spend and points: Vàng, with 180 points. 100 of them must stay on his account, so 80 can be spent and 81 cannot."
    run tim enroll $minh --name Minh --at 2026-03-06T10:00
    run tim adjust $minh --spend 10000000 --points 180 --reason "brought over from the old system"
    shows "S3.4 S3.7" "balance 180$" "spendable 80$" "tier Đồng → Vàng"
    refused tim redeem $minh --points 81
    shows S3.7 "80 points is the most that can be spent now"
    run tim redeem $minh --points 80
    shows S3.7 "balance 100$" "spendable 0$"
}

nhanh_another_level() {
    section "Another level"
    say "A level begins where the one before ends. A program in which two of them overlap, or leave a gap, is not accepted, and the place is told."
    cp "$data/nhanh.json" "$data/kept.json"
    edit 's/"min": "10000000"/"min": "9999999"/'
    refused tim program check "$data/nhanh.json"
    shows S3.5 'tiers "bac" and "vang" overlap'
    edit 's/"min": "9999999"/"min": "12000000"/'
    refused tim program put "$data/nhanh.json"
    shows S3.5 'so "vang" must begin at 10000000'
    cp "$data/kept.json" "$data/nhanh.json"
    say "Kim Cương, from 50,000,000, is prepared and not active yet. The list has all levels; Hùng, who buys for sixty millions, is Vàng."
    edit -e 's/"min": "10000000", "keep/"min": "10000000", "max": "49999999", "keep/' \
        -e '/"Hotline riêng"/{ n; s/$/,\n    { "id": "kim-cuong", "name": "Kim Cương", "min": "50000000", "keep_points": 100, "active": false }/ }'
    run tim program put "$data/nhanh.json"
    only='"(name|min|max|active)"' run tim program get
    shows S3.8 '"name": "Kim Cương"' '"active": false'
    run tim enroll $hung --name Hùng --at 2026-03-07T09:00
    run tim sale $hung --receipt 1/A4 --amount 60000000 --at 2026-03-07T09:30
    shows S3.8 "tier Đồng → Vàng"
    say "The shop makes it active, and has all levels recomputed now."
    edit 's/"active": false/"active": true/'
    run tim program put "$data/nhanh.json"
    run tim recompute
    shows S3.11 "3 customers looked at"
    run tim history $hung --limit 1
    shows "S3.8 S3.11" "tiers_recalculated" "Kim Cương"
}

nhanh_totals() {
    section "Totals, by hand and from a file"
    say "200,000 đ of Minh's were counted twice: they are deducted, and he is Bạc."
    run tim adjust $minh --spend=-200000 --reason "counted twice" --at 2026-03-08T09:00
    shows S3.4 "tier Vàng → Bạc"
    say "What others bought in the old system comes from a file. A row that is wrong is told with its reason, the others count; a file that is posted again changes nothing."
    run tim enroll $cuc --name Cúc --at 2026-03-08T10:00
    printf '%s\n' "customer,lifetime_spend,points,at,reason" "$cuc,9800000,120,2026-03-05,old system" \
        "phone:+84909999999,1000000,10,2026-03-05,old system" >"$data/totals.csv"
    look "$data/totals.csv"
    refused tim import totals "$data/totals.csv"
    shows S3.4 "accepted=1 duplicate=0 refused=1"
    look "$data/totals.csv.rejects.csv"
    expect "3,unknown_customer"
    refused tim import totals "$data/totals.csv"
    expect "accepted=0 duplicate=1 refused=1"
    run tim history $cuc
    shows S3.4 "9800000 +120 120 0 Bạc old system"
}

nhanh_promotions() {
    section "Promotions of one level or more"
    say "Beside the levels' discounts: Vàng gets 50 points more from 2,000,000 đ on; and in April Bạc and Vàng get double points, for tea, or from a million on, but not on Sundays."
    add_section <<'JSON'
  "campaigns": [
    { "id": "vang-50", "when": { "tier_in": ["vang"], "amount_from": "2000000" }, "then": [ { "bonus_points": 50 } ] },
    { "id": "thang-4", "from": "2026-04-01", "to": "2026-04-30",
      "when": { "all": [ { "tier_in": ["bac", "vang"] }, { "any": [ { "category_in": ["tea"] }, { "amount_from": "1000000" } ] },
                         { "not": { "weekday_in": ["sunday"] } } ] },
      "then": [ { "multiplier_bp": 20000 } ] } ],
JSON
    run tim program put "$data/nhanh.json"
    say "What a checkout tells Lan, who is Bạc: 3 % off, at most 100,000; nothing off a small invoice."
    run tim quote $lan --amount 1500000
    shows S3.13 "discount 45000 VND" "to pay 1455000 VND"
    run tim quote $lan --amount 400000
    shows S3.13 "to pay 400000 VND"
    say "Cúc gets to Vàng, where points are a fifth more, and the invoice is large enough for 50 more."
    run tim sale $cuc --receipt 1/A5 --amount 200000 --at 2026-03-09T10:00
    expect "tier Bạc → Vàng"
    run tim sale $cuc --receipt 1/A6 --amount 2500000 --at 2026-03-10T10:00
    expect "points +350$"
    run tim explain 1/A6
    shows S3.13 "vang-50" "in all +350"
    say "In April Lan buys tea for 300,000: double points. Soap for as much: not. On a Sunday: not even tea."
    run tim sale $lan --receipt 1/A7 --amount 300000 --line oolong:1:300000:tea --at 2026-04-03T10:00
    shows S3.14 "points +60$"
    run tim sale $lan --receipt 1/A8 --amount 300000 --line lavender:1:300000:soap --at 2026-04-03T10:05
    shows S3.14 "points +30$"
    run tim sale $lan --receipt 1/A9 --amount 300000 --line oolong:1:300000:tea --at 2026-04-05T10:00
    shows S3.14 "points +30$"
    run tim explain 1/A7
    shows S3.14 "thang-4"
}

nhanh_care() {
    section "Care by level"
    say "Everybody from Vàng on is to be called, whoever is Bạc gets a message: a task for each, in the calendar by day."
    run tim care add --segment "tier >= vang" --kind call --due 2026-04-07T09:00 --note "thank you" --at 2026-04-06T08:00
    expect "2 tasks planned"
    run tim care add --segment "tier = bac" --kind message --due 2026-04-08 --at 2026-04-06T08:05
    expect "2 tasks planned"
    run tim care list --from 2026-04-07
    shows S3.12 "09:00 call $cuc Cúc" "09:00 call $hung Hùng" "message $lan Lan" "message $minh Minh"
}

nhanh_rule_types() {
    section "Each level may have a rule type of its own"
    say "From May on: Bạc who buys for 2,000,000 in a month, Vàng who comes to 3,000,000 a month on average, Kim Cương for 50,000,000 in all."
    edit -e 's/"min": "0", "max": "2999999"/"min": "0"/' -e 's/"min": "3000000", "max": "9999999",/"min": "2000000", "criterion": "month_spend",/' \
        -e 's/"min": "10000000", "max": "49999999",/"min": "3000000", "criterion": "monthly_average_spend",/'
    run tim program whatif "$data/nhanh.json" --at 2026-05-01
    run tim program put "$data/nhanh.json" --at 2026-05-01
    say "Lan has 9,400,000 in three months: with May she is Vàng. She buys for 2,500,000, which is not enough for June; there she is Bạc, by what she bought in May, and in July she is Đồng."
    run tim sale $lan --receipt 1/A10 --amount 2500000 --at 2026-05-04T10:00
    run tim progress $lan
    shows S3.3 "▶ vang Vàng 3000000 spend of an average month" "bac Bạc 2000000 spend of a month" "kim-cuong Kim Cương 50000000 spend in all"
    run tim sale $hung --receipt 1/A11 --amount 100000 --at 2026-06-04T10:00
    only="^(tier|counts) " run tim progress $lan
    shows S3.3 "tier Bạc" "spend of an average month: 2975000 of 3000000"
    run tim sale $hung --receipt 1/A12 --amount 100000 --at 2026-07-04T10:00
    only="^(tier|counts) " run tim progress $lan
    shows "S3.2 S3.3" "tier Đồng"
}
