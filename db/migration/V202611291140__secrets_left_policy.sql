-- Since when no policy destroys a version after its grace; empty while one does, or never did.
alter table secret_version add column left_policy_at timestamptz;
grant select (left_policy_at) on secret_version to scaivault_worker;

-- As before, and the versions that are in their grace, or past it, say since when.
create or replace function rotation_detached() returns trigger
    language plpgsql
as $$
begin
    update public.secret s set rotation_policy_id = null
    where s.tenant_id = old.tenant_id and s.path = old.path and s.rotation_policy_id is not null;
    update public.secret_version v set left_policy_at = clock_timestamp()
    where v.tenant_id = old.tenant_id and v.path = old.path and v.readable_until is not null and v.destroyed_at is null;
    return null;
end
$$;
