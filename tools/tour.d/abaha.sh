# shellcheck shell=bash
# Abaha: tiers by points, and what the app shows. A story of tools/tour.

readonly hoa=phone:+84911111111 khanh=phone:+84911111112

story() {
    begin abaha "Abaha: tiers by points, and what the app shows"
    abaha_configuration
    abaha_orders
    abaha_app
    abaha_vouchers
    abaha_changes
}

abaha_configuration() {
    section "What a new shop starts with"
    say "The shop begins with a configuration that works. Printed in full, everything that may be changed is in it: the rate, the tiers, their benefits."
    only='per_amount|"(name|min)"|Hotline|fewer' run tim program check "$data/abaha.json"
    shows "S2.3 S2.4 S2.5" '"per_amount": "10000"' '"name": "Khởi nghiệp"' '"min": "300"' "Hotline hỗ trợ riêng"
    say "The shop opens with it, and Hoa has an account. Then the owner gives the third tier a description, and a threshold to taste."
    run tim enroll $hoa --name Hoa --at 2026-03-01T09:00
    edit 's/"name": "Bạch kim", "min": "1000",/"name": "Bạch kim", "min": "1200", "description": "Khách mua nhiều nhất",/'
    run tim program put "$data/abaha.json"
    only='"Bạch kim"|1200|Khách mua|"visible"' run tim program get
    shows "S2.4 S2.5 S2.6" '"name": "Bạch kim"' '"description": "Khách mua nhiều nhất"' '"min": "1200"' '"visible": false'
}

abaha_orders() {
    section "Points for orders"
    say "10,000 đ are a point; ten orders of 19,999 đ are ten points, not nineteen: each order is rounded by itself."
    local day
    for day in 1 2 3 4 5 6 7 8 9; do
        quietly tim sale $hoa --receipt "1/B$day" --amount 19999 --at "2026-03-0${day}T12:00"
    done
    run tim sale $hoa --receipt 1/B10 --amount 19999 --at 2026-03-10T12:00
    shows S2.3 "points +1$" "balance 10$"
    say "An order of the web or the app earns when it is marked completed, by what was paid in the end. One that is cancelled earns nothing."
    run tim order place $hoa --receipt 9/B11 --amount 250000 --at 2026-03-10T13:00
    run tim order place $hoa --receipt 9/B12 --amount 90000 --at 2026-03-10T13:05
    run tim show $hoa
    expect "points 10 điểm" "pending orders 2 of 340000 VND"
    run tim order complete 9/B11 --amount 240000 --at 2026-03-10T18:00
    shows S2.2 "points +24$" "balance 34$"
    run tim order cancel 9/B12 --at 2026-03-10T18:01
    refused tim order complete 9/B12 --at 2026-03-10T18:02
    shows S2.2 "order_cancelled"
    run tim explain 9/B11
    shows S2.3 "floor(240000 / 10000) × 1 = 24"
}

abaha_app() {
    section "The benefits screen of the app"
    say "It shows her tier and its benefits, the next one with its own, and how far that is. \"Đối tác\" is not to be shown: who is not in it does not see it."
    run tim progress $hoa
    shows "S2.7 S2.10" "benefits Ưu tiên trải nghiệm các tính năng mới" "next tier Khởi nghiệp" "missing 266 điểm" "its benefits rewards cost 5 % fewer"
    expect_not "Đối tác"
    say "300 points take her to the next tier."
    run tim sale $hoa --receipt 1/B13 --amount 2660000 --at 2026-03-11T12:00
    shows S2.1 "tier Đại sứ → Khởi nghiệp"
    say "Khánh buys for fifty millions: he is in the hidden tier, and sees it, with the prices that are its own."
    run tim enroll $khanh --name Khánh --at 2026-03-11T13:00
    run tim sale $khanh --receipt 1/B14 --amount 50000000 --at 2026-03-11T13:05
    run tim progress $khanh
    shows "S2.7 S2.9" "▶ doi-tac" "price list doi-tac"
}

abaha_vouchers() {
    section "Vouchers for points"
    say "Hoa's tier pays 5 % fewer points for every voucher: 95 in place of 100. Points that are spent do not lower a tier."
    run tim rewards $hoa
    shows S2.9 "v50 Voucher 50K voucher 50000 95" "v100 Voucher 100K voucher 100000 181"
    run tim redeem $hoa --reward v50 --at 2026-03-12T09:00
    shows "S2.1 S2.9" "points -95$" "balance 205$" "tier Khởi nghiệp$"
    local voucher
    voucher=$(field code)
    say "A voucher that she cancels gives the points back, and cannot be used any more."
    run tim voucher cancel "$voucher" --at 2026-03-12T10:00
    refused tim voucher use "$voucher" --at 2026-03-12T11:00
    expect "voucher_cancelled"
    run tim history $hoa --limit 3
    expect "points_restored +95 300"
}

abaha_changes() {
    section "The shop changes its mind"
    say "The second tier gets one more benefit, and from now on 20,000 đ are a point. Nobody moves, and points that were earned stay."
    edit -e 's/"Ưu đãi từ chương trình riêng"\]/"Ưu đãi từ chương trình riêng", "Quà sinh nhật"]/' -e 's/"per_amount": "10000"/"per_amount": "20000"/'
    run tim program whatif "$data/abaha.json"
    expect "would move 0"
    run tim program put "$data/abaha.json"
    run tim progress $hoa
    shows S2.8 "▶ khoi-nghiep" "Ưu đãi từ chương trình riêng; Quà sinh nhật"
    run tim sale $hoa --receipt 1/B15 --amount 200000 --at 2026-03-13T12:00
    shows S2.3 "points +10$" "balance 310$"
}
