# shellcheck shell=bash
# Sapo Loyalty: tiers that are reviewed on 30/6 and 31/12, and a shop that changes them. A story of tools/tour.

readonly tu=phone:+84922222222 yen=phone:+84922222223

story() {
    begin sapo "Sapo Loyalty: tiers that are reviewed on 30/6 and 31/12"
    sapo_tiers
    sapo_half_years
    sapo_edits
    sapo_tier_deleted
    sapo_off_and_on
    sapo_other_criterion
    sapo_sisters
}

sapo_tiers() {
    section "What a tier gives"
    say "A tier has a name, benefits, a threshold, an icon, and a discount with a largest amount and a smallest order."
    only='"(name|icon|min|percent_bp|max_amount|min_order|upgrade_bonus)"|Chiết khấu 2' run tim program get
    shows S5.2 '"name": "Bạc"' '"Chiết khấu 2 % cho đơn từ 200.000 đ"' '"min": "3000000"' '"icon": "silver"' '"percent_bp": 200' '"max_amount": "50000"' '"min_order": "200000"'
    say "In the first half of the year Tú spends 4,000,000: Bạc, with a bonus of 30, which are points and ranking points."
    run tim enroll $tu --name Tú --at 2026-03-01T09:00
    run tim sale $tu --receipt 1/C1 --amount 4000000 --at 2026-03-15T10:00
    shows "S5.1 S5.3" "tier Thành viên → Bạc" "tier_bonus, +30 points"
    run tim show $tu
    shows S5.3 "points 430 điểm" "ranking points 430"
    run tim explain 1/C1
    shows S5.3 "tiers[1].upgrade_bonus" "in all +430"
    say "2 % off at the checkout: 50,000 at most, and nothing off an order below 200,000."
    run tim quote $tu --amount 4000000
    shows S5.2 "discount 50000 VND"
    run tim quote $tu --amount 150000
    shows S5.2 "discount 0 VND"
}

sapo_half_years() {
    section "Half-years"
    say "At 30/6 24:00 the spend of the half-year, 4,000,000, decides: he begins the second half with Bạc, and with a figure of 0. In July he reaches Vàng."
    run tim sale $tu --receipt 1/C2 --amount 12000000 --at 2026-07-10T10:00
    shows "S5.1 S5.3 S5.8" "tier Bạc → Vàng" "tier_bonus, +50 points"
    say "He returns everything: Bạc, not lower, for within a period nobody falls below where they began it. The bonus goes back with the tier."
    run tim return $tu --receipt 1/R2 --amount 12000000 --original 1/C2 --at 2026-07-12T10:00
    shows S5.9 "tier Vàng → Bạc" "balance 430$"
    run tim progress $tu
    shows "S5.1 S5.8" "spend of the period: 0 of 10000000 VND" "counts until 2027-01-01T00:00:00"
    say "At the end of December the period's figure is 0, and that decides. No job has to run: a sale at the first instant of January is after the review, and counts for the new period."
    run tim sale $tu --receipt 1/C3 --amount 3000000 --at 2027-01-01T00:00:00
    shows "S5.8 S5.10" "tier Thành viên → Bạc"
    run tim history $tu --limit 5
    shows S5.10 "2027-01-01T00:00:00+07:00 sale 1/C3 3000000"
    say "What he was can still be asked."
    run tim show $tu --as-of 2026-12-31T23:59:59
    shows S5.8 "tier Bạc (bac)"
}

sapo_edits() {
    section "Edits"
    say "Yến is Kim cương. The shop calls Bạc \"Bạc Mới\", describes it, and makes its bonus 40: nobody moves."
    run tim enroll $yen --name Yến --at 2027-01-02T09:00
    run tim sale $yen --receipt 1/C4 --amount 35000000 --at 2027-01-02T10:00
    expect "tier Thành viên → Kim cương"
    edit 's/"id": "bac", "name": "Bạc",\(.*\)"upgrade_bonus": 30,/"id": "bac", "name": "Bạc Mới", "description": "Hạng dễ đạt nhất",\1"upgrade_bonus": 40,/'
    run tim program whatif "$data/sapo.json"
    shows S5.4 "would move 0"
    run tim program put "$data/sapo.json"
    say "Another threshold for it, 5,000,000, says how customers start under it: with the figures that they have. What if? Tú would fall. Nothing is changed by asking."
    edit -e '/"id": "bac"/s/"3000000"/"5000000"/' -e 's/"review": "half_yearly"/"review": "half_yearly", "start": "current"/'
    run tim program whatif "$data/sapo.json" --csv "$data/moves.csv"
    shows S5.4 "would move 1" "nothing was changed"
    look "$data/moves.csv"
    expect "$tu"
    run tim program put "$data/sapo.json"
    run tim progress $tu
    shows S5.4 "bac Bạc Mới 5000000"
}

sapo_tier_deleted() {
    section "A tier is deleted"
    say "The shop saves the list of members, then deletes Kim cương: everybody's tier is found anew."
    run tim export tiers --csv "$data/members.csv"
    look "$data/members.csv"
    shows S5.5 "kim-cuong,Kim cương,$yen"
    cp "$data/sapo.json" "$data/kept.json"
    edit -z 's/},\n    {\n      "id": "kim-cuong".*\n    }\n  \]/}\n  ]/'
    run tim program put "$data/sapo.json"
    run tim recompute
    run tim history $yen --limit 1
    shows S5.5 "tiers_recalculated" "Vàng"
    say "Kim cương comes back, from 40,000,000 on. Yến's 35 millions are not enough, but by the list she keeps it until July."
    cp "$data/kept.json" "$data/sapo.json"
    edit 's/"30000000"/"40000000"/'
    run tim program put "$data/sapo.json"
    grep -E '^tier,|^kim-cuong' "$data/members.csv" >"$data/kim-cuong.csv"
    run tim import tiers "$data/kim-cuong.csv" --until 2027-07-01
    shows S5.5 "accepted=1"
    run tim segment "tier = kim-cuong"
    shows S5.5 "$yen Yến"
}

sapo_off_and_on() {
    section "Off, and on again"
    say "The program rests for some weeks: no tier moves, and nothing comes off an order. Points and spend go on."
    run tim program off
    run tim sale $tu --receipt 1/C5 --amount 8000000 --at 2027-02-01T10:00
    shows S5.6 "points +800$" "tier Thành viên$"
    run tim quote $yen --amount 1000000
    shows S5.6 "discount 0 VND"
    say "On again: everybody's tier is that of the figures of now. Tú's 11,000,000 of this half-year are Vàng, and 5 % come off."
    run tim program on
    run tim recompute
    run tim quote $tu --amount 1000000
    shows S5.11 "tier Vàng" "discount 50000 VND"
}

sapo_other_criterion() {
    section "Another criterion"
    say "The shop wants ranking points to decide, in place of spend. With the figures that customers have nobody would move."
    edit -e 's/"period_spend"/"period_ranking_points"/' -e 's/"5000000"/"500"/; s/"10000000"/"1000"/; s/"40000000"/"4000"/'
    run tim program whatif "$data/sapo.json"
    shows S5.7 "would move 0"
    say "Or everyone starts at 0, in the lowest tier; only Yến, whose tier was given to her by the list, keeps it until July. So it is decided."
    edit 's/"start": "current"/"start": "zero"/'
    run tim program whatif "$data/sapo.json"
    shows S5.7 "would move 1"
    run tim program put "$data/sapo.json"
    run tim export tiers
    shows S5.7 "thanh-vien,Thành viên,$tu,1,0,"
    say "From then on points count: 5,000,000 đ are 500 of them, which is Bạc. Points that are spent count as well."
    run tim sale $tu --receipt 1/C6 --amount 5000000 --at 2027-02-08T10:00
    shows "S5.1 S5.7" "tier Thành viên → Bạc Mới"
    run tim redeem $tu --points 400 --at 2027-02-09T10:00
    shows S5.1 "points -400$" "tier Bạc Mới$"
}

# A shop of its own, with the preset's tiers and another rule of review.
sapo_sister() { # ID SED
    export TIM_PROGRAM=$1
    cp tools/presets/sapo.json "$data/$1.json"
    edit -e "s/\"id\": \"sapo\"/\"id\": \"$1\"/" -e "$2"
    run tim program put "$data/$1.json"
    quietly tim enroll $tu --name Tú --at 2026-03-01T09:00
    run tim sale $tu --receipt 1/C1 --amount 4000000 --at 2026-03-15T10:00
    expect "balance 430$" "tier Thành viên → Bạc"
}

sapo_sisters() {
    section "Two sister shops"
    say "One of them re-ranks once a year, on 31/12. Tú is a customer there, too, with an account that has nothing to do with the other: what he bought in 2026 keeps him Bạc through 2027, and what he bought in 2027 does not through 2028."
    sapo_sister sapo-year 's/"half_yearly"/"yearly"/'
    run tim sale $tu --receipt 1/C2 --amount 100000 --at 2027-12-31T23:59:59
    shows S5.8 "tier Bạc$"
    run tim sale $tu --receipt 1/C3 --amount 100000 --at 2028-01-01T00:00:00
    shows S5.8 "tier Thành viên$"
    say "The other one never does: there the spend of all time counts."
    sapo_sister sapo-never 's/"period_spend", "downgrade": "at_review", "review": "half_yearly"/"lifetime_spend", "review": "never"/'
    run tim sale $tu --receipt 1/C2 --amount 100000 --at 2028-01-01T00:00:00
    shows "S5.1 S5.8" "tier Bạc$"
}
