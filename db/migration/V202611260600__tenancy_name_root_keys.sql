-- A partner's key may be wrapped by two root keys at once. A change of type, as row-level security would hide the rows from an update.
alter table partner_key alter column root_key_id type text[] collate "C" using array[root_key_id];
alter table partner_key rename column root_key_id to root_key_ids;
