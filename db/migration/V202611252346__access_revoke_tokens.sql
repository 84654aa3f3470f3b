-- Tokens that count no more, although they have not expired.

create table token_revocation (
    -- no foreign key: an identity can lose its tokens before its tenant was ever seen here
    tenant_id  text collate "C" not null,
    -- token_id: one token by its jti; token_hash: one without a jti, by its SHA-256; identity: all tokens of an identity that were issued by not_before
    kind       text collate "C" not null check (kind in ('token_id', 'token_hash', 'identity')),
    subject    text collate "C" not null,
    not_before timestamptz,
    revoked_at timestamptz not null,
    revoked_by text collate "C" not null,
    -- no token that the row concerns can be valid after this
    expires_at timestamptz not null,
    primary key (tenant_id, kind, subject),
    check ((kind = 'identity') = (not_before is not null))
);
create index token_revocation_expired on token_revocation (expires_at);

alter table token_revocation enable row level security;
alter table token_revocation force row level security;
create policy tenant_isolation on token_revocation
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));

-- Tells every instance whose list changed, and nothing else of it; also after a change by hand.
create function notify_token_revocation() returns trigger
    language plpgsql
    set search_path = pg_catalog, public
as $$
begin
    perform pg_notify('scaivault_token_revocation', coalesce(new.tenant_id, old.tenant_id));
    return null;
end
$$;

create trigger token_revocation_changed
    after insert or update or delete on token_revocation
    for each row execute function notify_token_revocation();

-- What is revoked stays so: the app cannot remove a row.
grant select, insert on token_revocation to scaivault_app;
grant update (not_before, revoked_at, revoked_by, expires_at) on token_revocation to scaivault_app;

-- The worker disposes of rows, and of no other than those that concern nothing any more.
grant select (tenant_id, kind, subject, expires_at), delete on token_revocation to scaivault_worker;
create policy worker_finds on token_revocation for select to scaivault_worker using (expires_at < now());
create policy worker_disposes on token_revocation for delete to scaivault_worker using (expires_at < now());
