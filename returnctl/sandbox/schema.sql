create table meta (name text primary key, value text not null);
create table orders (
  number text primary key,
  seeded_on text not null,
  carrier text not null,
  utc_offset integer not null,
  backship integer not null,
  past integer not null,
  touched integer not null default 0,
  document text not null
);
create table cases (
  number integer primary key autoincrement,
  id text not null unique,
  folder integer unique,
  order_number text not null references orders (number) on delete cascade,
  line text not null,
  nth integer not null,
  reason text not null,
  wants text not null,
  damage text not null,
  description text,
  prepaid integer not null,
  answered integer not null,
  opened_at text not null,
  closed_at text,
  issue text,
  resolution text,
  photos_due integer not null default 0
);
create index cases_of_order on cases (order_number, line);
create table labels (
  number integer primary key,
  case_id text not null references cases (id) on delete cascade,
  carrier text not null,
  tracking_number text not null,
  issued_at text not null,
  valid_until text not null,
  file blob
);
create index labels_of_case on labels (case_id);
create table messages (
  number integer primary key,
  case_id text not null references cases (id) on delete cascade,
  at text not null,
  author text not null,
  text text not null,
  automatic integer not null default 0
);
create index messages_of_case on messages (case_id);
create table attachments (
  number integer primary key,
  message integer not null references messages (number) on delete cascade,
  case_id text not null references cases (id) on delete cascade,
  name text not null,
  media_type text not null,
  sha256 text not null,
  size integer not null,
  file blob not null
);
create index attachments_of_case on attachments (case_id);
create index attachments_of_message on attachments (message);
create table problems (
  number integer primary key,
  case_id text not null references cases (id) on delete cascade,
  at text not null,
  kind text not null,
  text text not null,
  files integer not null
);
create index problems_of_case on problems (case_id);
create table transfers (
  number integer primary key,
  case_id text not null references cases (id) on delete cascade,
  at text not null,
  carrier text not null,
  tracking_number text not null unique,
  action text not null
);
create index transfers_of_case on transfers (case_id);
create table refunds (
  number integer primary key,
  order_number text not null references orders (number) on delete cascade,
  line text not null,
  at text not null,
  cents integer not null
);
create index refunds_of_order on refunds (order_number);
create table patches (
  number integer primary key,
  order_number text not null references orders (number) on delete cascade,
  line text not null,
  at text not null
);
create index patches_of_order on patches (order_number);
create table told (
  number integer primary key,
  case_id text not null references cases (id) on delete cascade,
  carrier text not null,
  tracking_number text not null,
  sent_on text
);
create index told_of_case on told (case_id);
create table keys (
  key text primary key,
  order_number text not null references orders (number) on delete cascade,
  fingerprint text not null,
  status integer not null,
  media_type text not null,
  body blob not null
);
create index keys_of_order on keys (order_number);
create table tokens (
  token text primary key,
  carrier text not null,
  ends real not null
);
create index orders_of_address on orders (
  json_extract(document, '$.buyer.address.postcode'),
  upper(json_extract(document, '$.buyer.address.street[0]'))
);
create table stamps (
  key text primary key,
  fingerprint text not null,
  tracking_number text not null references parcels (tracking_number) on delete cascade,
  body blob not null
);
create index stamps_of_parcel on stamps (tracking_number);
create table parcels (
  number integer primary key autoincrement,
  tracking_number text not null unique,
  carrier text not null,
  order_number text references orders (number) on delete cascade,
  bought integer not null default 0,
  created_at text not null,
  cancelled integer not null default 0,
  reference text,
  sender text not null,
  receiver text not null
);
create index parcels_of_order on parcels (order_number);
create table scans (
  number integer primary key,
  tracking_number text not null references parcels (tracking_number) on delete cascade,
  step text not null,
  at text not null,
  city text not null,
  state text not null,
  postcode text not null,
  utc_offset integer not null
);
create index scans_of_parcel on scans (tracking_number);
create table pickups (
  number integer primary key,
  carrier text not null,
  confirmation text not null unique,
  order_number text references orders (number) on delete cascade,
  date text not null,
  street text not null,
  cancelled integer not null default 0,
  document text not null
);
create index pickups_of_order on pickups (order_number);
