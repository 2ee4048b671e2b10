-- One sale in PostgreSQL: at most once by its receipt, then points, spend and level of the customer.
create table shopper (
  id bigint primary key,
  points bigint not null default 0,
  spend bigint not null default 0,
  level smallint not null default 0
);
insert into shopper (id) select n from generate_series(0, :customers - 1) as n;
create table till_receipt (
  till integer,
  number bigint,
  shopper bigint not null,
  amount bigint not null,
  earned bigint not null,
  recorded timestamptz not null default now(),
  primary key (till, number)
);
create sequence till_number cache 1000;

create function post_sale(which_till integer, who bigint, paid bigint) returns bigint language plpgsql as $$
declare
  total bigint;
begin
  insert into till_receipt (till, number, shopper, amount, earned)
    values (which_till, nextval('till_number'), who, paid, paid / 10000)
    on conflict (till, number) do nothing;
  if not found then
    return (select points from shopper where id = who);
  end if;
  update shopper as s
    set points = s.points + paid / 10000,
        spend = s.spend + paid,
        level = case when s.spend + paid >= 10000000 then 2 when s.spend + paid >= 3000000 then 1 else 0 end
    where s.id = who
    returning s.points into total;
  return total;
end
$$;
vacuum analyze shopper;
