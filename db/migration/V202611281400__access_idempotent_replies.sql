-- What a call that bears an Idempotency-Key was answered, for a day: the same call again is answered the same, and done once.
create table idempotent_reply (
    tenant_id   text collate "C" not null references tenant,
    key_id      text collate "C" not null,
    -- SHA-256 of who asks and of the caller's key
    asked_by    bytea not null check (octet_length(asked_by) = 32),
    -- the digest of what was asked and, once there is one, the answer; sealed under the tenant's key
    private_key bytea not null,
    answered    boolean not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    primary key (tenant_id, key_id),
    unique (tenant_id, asked_by)
);
create index idempotent_reply_expired on idempotent_reply (expires_at);

alter table idempotent_reply enable row level security;
alter table idempotent_reply force row level security;
create policy tenant_isolation on idempotent_reply to scaivault_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
grant select, insert, update, delete on idempotent_reply to scaivault_app;

-- The worker disposes of what is over, and sees nothing else.
grant select (tenant_id, key_id, expires_at), delete on idempotent_reply to scaivault_worker;
create policy worker_finds on idempotent_reply for select to scaivault_worker using (expires_at < now());
create policy worker_disposes on idempotent_reply for delete to scaivault_worker using (expires_at < now());
