-- A person who is let in no more gets nothing that is still being made for them, either: such a lease is marked, and goes as soon as whoever makes it is done, or has died of it.
create or replace function leases_of_person_end() returns trigger
    language plpgsql
as $$
declare
    clock timestamptz := clock_timestamp();
begin
    update public.lease l
    set state = case l.state when 'active' then 'revoking' else l.state end,
        reason = case l.state when 'active' then 'identity_suspended' else 'not_completed' end,
        ending_at = case l.state when 'active' then clock end,
        next_at = case l.state when 'active' then clock else l.next_at end,
        taken_by = null, taken_until = null
    where l.tenant_id = old.tenant_id and l.ended_at is null and (l.state = 'active' or l.state = 'pending' and l.reason is null)
        and (l.identity = 'user:' || old.user_id or l.identity = old.identity_id)
        -- an e-mail address may be somebody else's now
        and not exists (
            select from public.identity_user u
            where u.tenant_id = old.tenant_id and u.status = 'ACTIVE' and (u.identity_id = l.identity or 'user:' || u.user_id = l.identity));
    return null;
end
$$;
