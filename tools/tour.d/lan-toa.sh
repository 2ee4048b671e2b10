# shellcheck shell=bash
# Lan tỏa yêu thương: TIM, referral codes, VIPs and their members. A story of tools/tour.

readonly mai=phone:+84944444401 nam=phone:+84944444402 oanh=phone:+84944444403 phuc=phone:+84944444404
readonly quan=phone:+84944444405 rinh=email:rinh@example.vn son=phone:+84944444407

story() {
    begin lan-toa "Lan tỏa yêu thương: TIM, referral codes, VIPs and their members"
    lan_toa_account
    lan_toa_referral
    lan_toa_web_order
    lan_toa_tiers
    lan_toa_exchange
    lan_toa_members
    lan_toa_new_vip
    lan_toa_commission
    lan_toa_app
}

lan_toa_account() {
    section "An account"
    say "Mai registers with her phone: the shop sends a code there by SMS. A code that was mistyped is refused, the right one proves the phone, once."
    run tim otp issue $mai --purpose registration
    expect "send it to the customer"
    local code=${output%% *}
    refused tim otp verify $mai "$(printf %06d $(((10#$code + 1) % 1000000)))" --purpose registration
    expect "that is not the code"
    run tim otp verify $mai "$code" --purpose registration
    shows S1.2 "verified; nobody has that key yet"
    refused tim otp verify $mai "$code" --purpose registration
    run tim enroll $mai --also email:mai@example.vn --name Mai --at 2026-03-01T09:00
    expect "is customer id:1"
    say "She logs in by phone or by email, and a new password asks for a code of its own."
    run tim otp issue email:mai@example.vn
    run tim otp verify email:mai@example.vn "${output%% *}"
    shows S1.2 "verified: id:1"
    run tim otp issue $mai --purpose password
    shows S1.3 "send it to the customer"
    say "A new account is Đồng. It belongs to nobody's group: \"KHÁCH HÀNG – Đồng\"."
    run tim segment "class = retail and vip = none"
    shows "S1.1 S1.4" "Mai new Đồng"
    say "The app shows all five tiers, each with benefits of its own."
    run tim progress $mai
    shows "S1.4 S1.7" "▶ dong" "bac Bạc 200" "vang Vàng 1000" "bach-kim Bạch Kim 2500" "kim-cuong Kim Cương 5000" \
        "110 % of the usual TIM" "Quà sinh nhật" "Hotline riêng"
}

lan_toa_referral() {
    section "Who buys may bring others"
    say "Every purchase earns TIM, and comes with a referral code that is good for 30 days: Mai buys twice, and has two."
    run tim sale $mai --receipt 1/E1 --amount 800000 --at 2026-03-02T10:00
    shows "S1.9 S1.10" "points +80$" "referral code"
    local first second
    first=$(field "referral code")
    run tim sale $mai --receipt 1/E2 --amount 100000 --at 2026-03-02T10:30
    second=$(field "referral code")
    run tim code 1/E2
    shows S1.12 "$second" "valid until 2026-04-01T23:59:59"
    say "Nam registers and orders for the first time with Mai's code, on its last day at the last second: both get 20 TIM at once. His own purchase makes a code, too."
    run tim enroll $nam --name Nam --at 2026-03-10T09:00
    run tim sale $nam --receipt 1/E3 --amount 500000 --referral "$first" --at 2026-04-01T23:59:59
    shows "S1.11 S1.13" "balance 70$" "referral code" "referral_welcome, +20 points" "referral_earned, +20 points, id:1"
    say "A second later Oanh orders with the other code. The sale goes on; the code is refused, and the till says why."
    run tim enroll $oanh --name Oanh --at 2026-04-01T23:59:59
    run tim sale $oanh --receipt 1/E4 --amount 500000 --referral "$second" --at 2026-04-02T00:00:00
    shows S1.12 "balance 50$" "referral refused" "referral_expired"
    say "A code is used once: Sơn, who comes with the one that Nam has used, gets nothing for it."
    run tim enroll $son --name Sơn --referral "$first" --at 2026-04-02T10:00
    run tim sale $son --receipt 1/E5 --amount 200000 --at 2026-04-02T10:05
    expect "balance 20$" "referral_used"
    run tim referral $mai
    shows S1.11 "has brought 1" "points for it 20" "id:2 1/E3"
}

lan_toa_web_order() {
    section "An order on the web"
    say "Mai orders on the web. The order earns nothing yet: it has a status and, once it is on its way, a waybill code."
    run tim order place $mai --receipt 9/E6 --amount 300000 --status "chờ xác nhận" --at 2026-04-03T10:00
    expect "30 TIM when it is completed"
    run tim order update 9/E6 --status "đang giao" --waybill GHN00417 --at 2026-04-04T08:00
    say "Her own page shows it with her points and her tier."
    run tim show $mai
    shows S1.3 "pending orders 1 of 300000 VND" "tier Đồng" "points 110 TIM"
    say "The parcel has arrived, and the order is completed: now it earns, and comes with a referral code of its own."
    run tim order complete 9/E6 --status "đã giao" --at 2026-04-05T16:00
    shows "S1.9 S1.13" "points +30$" "referral code"
    run tim order list $mai
    shows S1.3 "completed 300000 30 đã giao GHN00417"
}

lan_toa_tiers() {
    section "From Đồng to Kim Cương"
    say "Orders that reach a milestone promote at once: 200 TIM are Bạc, 1,000 Vàng, 2,500 Bạch Kim."
    run tim sale $mai --receipt 1/E7 --amount 1500000 --at 2026-04-06T10:00
    shows S1.5 "tier Đồng → Bạc"
    run tim sale $mai --receipt 1/E8 --amount 8000000 --at 2026-04-07T10:00
    shows S1.5 "tier Bạc → Vàng"
    run tim sale $mai --receipt 1/E9 --amount 15000000 --at 2026-04-08T10:00
    shows "S1.5 S1.7" "points +1650$" "tier Vàng → Bạch Kim"
    say "With 5,000 she is Kim Cương, and from then on a dealer, which is a VIP: she may create members of her own."
    run tim sale $mai --receipt 1/E10 --amount 20000000 --at 2026-04-09T10:00
    shows "S1.5 S1.6" "tier Bạch Kim → Kim Cương" "vip_granted"
    run tim enroll phone:+84944444408 --name Tâm --vip $mai --at 2026-04-09T11:00
    run tim vip members $mai
    shows S1.6 "phone:+84944444408"
}

lan_toa_exchange() {
    section "The exchange page"
    say "What TIM are exchanged for. Nam has 70 of them and is Đồng: a bag is within reach, and a bottle is for higher tiers."
    run tim rewards $nam
    shows S1.9 "tui-vai Túi vải Lan tỏa gift 60 500 30 yes" "voucher-50" "for customers of other tiers"
    run tim redeem $nam --reward tui-vai --at 2026-04-10T09:00
    expect "points -60$" "balance 10$"
    local gift voucher
    gift=$(field code)
    say "The shop hands the bag out for its code, once."
    run tim voucher use "$gift" --at 2026-04-10T17:00
    shows S1.9 "state used" "a gift, to be handed out"
    refused tim voucher use "$gift" --at 2026-04-10T17:01
    expect "voucher_used"
    say "Mai takes a voucher for her next payment. The till reserves it, so that nobody else can, and uses it with the sale."
    run tim redeem $mai --reward voucher-50 --at 2026-04-10T18:00
    expect "points -100$"
    voucher=$(field code)
    run tim quote $mai --amount 250000 --voucher "$voucher"
    shows S1.9 "discount 50000 VND" "to pay 200000 VND"
    run tim voucher reserve "$voucher" --ttl 300 --at 2026-04-11T10:00
    refused tim voucher reserve "$voucher" --at 2026-04-11T10:00
    expect "voucher_reserved"
    run tim sale $mai --receipt 1/E11 --amount 200000 --voucher "$voucher" --at 2026-04-11T10:01
    shows S1.9 "voucher_used $voucher"
    say "A second time it is refused, and the sale goes on."
    run tim sale $mai --receipt 1/E12 --amount 80000 --voucher "$voucher" --at 2026-04-11T10:05
    expect "voucher refused" "voucher_used"
    say "She brings everything of that payment back: the voucher is hers again."
    run tim return $mai --receipt 1/R11 --amount 200000 --original 1/E11 --at 2026-04-11T12:00
    run tim voucher check "$voucher"
    expect "state issued"
}

lan_toa_members() {
    section "A VIP and the members"
    say "The board appoints Phúc a VIP. He creates accounts by phone or by email: those customers are his members, \"KHÁCH HÀNG THÂN THIẾT – Đồng\"."
    run tim enroll $phuc --name Phúc --at 2026-04-12T09:00
    run tim vip appoint $phuc --at 2026-04-12T09:30
    run tim vip commission $phuc
    shows S1.20 "class vip" "members 0"
    run tim enroll $quan --name Quân --vip $phuc --at 2026-04-12T10:00
    run tim enroll $rinh --name Rinh --vip $phuc --at 2026-04-12T10:05
    run tim enroll phone:+84944444409 --name Uyên --vip $phuc --at 2026-04-12T10:10
    run tim vip members $phuc
    shows "S1.14 S1.15 S1.21" "$quan" "$rinh" "member Đồng"
    say "Quân orders: TIM for himself, TIM for Phúc, and 3 % of the order as commission for Phúc."
    run tim sale $quan --receipt 1/E13 --amount 1000000 --at 2026-04-13T10:00
    shows S1.17 "points +100$" "upline_earned, +50 points, id:6" "commission_accrued 30000 for id:6"
    run tim explain 1/E13
    shows S1.17 "network.commission floor(1000000 VND × 300 / 10000) = 30000 VND"
    say "A member is promoted as anybody is."
    run tim sale $quan --receipt 1/E14 --amount 1500000 --at 2026-04-13T18:00
    shows S1.16 "points +150$" "tier Đồng → Bạc"
}

lan_toa_new_vip() {
    section "A member becomes a VIP"
    say "A large order takes Quân to Kim Cương: a VIP himself, who may create members. He stays under Phúc."
    run tim sale $quan --receipt 1/E15 --amount 50000000 --at 2026-04-14T10:00
    shows S1.18 "tier Bạc → Kim Cương" "vip_granted" "commission_accrued 1500000 for id:6"
    run tim enroll phone:+84944444410 --name Vy --vip $quan --at 2026-04-14T11:00
    run tim show $quan
    shows "S1.18 S1.19" "class vip" "under id:6"
    say "Of what he orders now Phúc goes on getting TIM, and no commission."
    run tim sale $quan --receipt 1/E16 --amount 1000000 --at 2026-04-15T10:00
    shows S1.19 "upline_earned, +50 points, id:6"
    expect_not "commission_accrued"
}

lan_toa_commission() {
    section "Commission"
    say "Three members in April: in May Phúc's rate is 5 %. In June it is 3 % again, for in May he has brought nobody."
    run tim sale $rinh --receipt 1/E17 --amount 1000000 --at 2026-05-02T10:00
    shows S1.22 "commission_accrued 50000 for id:6"
    run tim vip commission $phuc --limit 4
    shows "S1.21 S1.22" "recruited 3 last month, 0 this month" "rate 5 %" "available 1575000 VND" "pending 50000 VND"
    say "He has what is available paid out to his bank. The first transfer fails, and the money is back in the wallet; the second succeeds."
    run tim vip payout request $phuc --at 2026-05-03T09:00
    run tim vip payout approve "$(field payout)" --at 2026-05-03T10:00
    run tim vip payout fail "$(field payout)" --at 2026-05-04T08:00
    run tim vip payout request $phuc --amount 1500000 --at 2026-05-04T09:00
    local payout
    payout=$(field payout)
    run tim vip payout approve "$payout" --at 2026-05-04T10:00
    run tim vip payout list
    expect "$payout id:6 1500000 approved"
    run tim vip payout paid "$payout" --at 2026-05-05T08:00
    run tim vip commission $phuc --limit 1
    shows S1.21 "available 75000 VND" "paid 1500000 VND"
    say "The shop decides to pay by itself each month. Nobody asks for anything: on 1 July what is available is due."
    edit 's/"mode": "manual"/"mode": "monthly"/'
    run tim program put "$data/lan-toa.json"
    run tim sale $rinh --receipt 1/E18 --amount 8000000 --at 2026-06-02T10:00
    shows S1.22 "commission_accrued 240000 for id:6"
    run tim sale $nam --receipt 1/E19 --amount 100000 --at 2026-07-01T08:00
    run tim vip payout list
    shows S1.21 "id:6 365000 approved 2026-07-01T00:00:00"
}

lan_toa_app() {
    section "The app on the phone"
    say "The app is told everything that happens. It sees the first facts, is closed, and goes on after the last that it has seen: no gap, no repeat."
    run tim tail --from 1 --count 4
    expect "enrolled customer 1"
    local following rest
    following=$(awk 'END { print $1 + 1 }' <<<"$output")
    only="→|referral_|vip_granted|voucher_used" run tim tail --from "$following" --until-end
    rest=$output
    quietly tim tail --from 1 --until-end
    [[ $(awk -v from="$following" '$1 >= from' <<<"$output") == "$rest"* ]] || wrong "what the app is told later is not what came next"
    shows S1.8 "$following 2026-03-10T09:00:00+07:00 enrolled customer 2" "referral_earned customer 1" "vip_granted customer 1"
}
