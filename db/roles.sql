-- The database roles of ScaiVault. Run by a superuser, as often as wanted: first in any database (which makes the roles), then in the
-- database made with `create database … owner scaivault_owner` (which closes that database to everybody else). Passwords are set apart,
-- by whoever runs the database; until then nobody can log in with one. What a role may do with a table is written where the table is made.

do $$
declare
  -- owner:  owns the schema and migrates it; never used by a running request
  -- app:    serves requests; owns nothing, inherits nothing, and sees one tenant at a time
  -- worker: the jobs that go over all tenants, with the few rights that the migrations name
  -- audit:  may only add audit rows; nobody logs in as it, the app steps into it to write them
  wanted record;
begin
  for wanted in
    select * from (values
      ('scaivault_owner',  'login   inherit'),
      ('scaivault_app',    'login   noinherit'),
      ('scaivault_worker', 'login   noinherit'),
      ('scaivault_audit',  'nologin noinherit')
    ) as roles (name, attributes)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I', wanted.name);
    end if;
    -- Also when the role was there: it must not have kept a right that somebody lent it.
    execute format(
      'alter role %I %s nosuperuser nocreatedb nocreaterole noreplication nobypassrls', wanted.name, wanted.attributes);
  end loop;
end
$$;

-- Without INHERIT this gives the app nothing until it says SET ROLE.
grant scaivault_audit to scaivault_app;

do $$
begin
  if not exists (
    select from pg_catalog.pg_database
    where datname = current_database() and pg_catalog.pg_get_userbyid(datdba) = 'scaivault_owner'
  ) then
    return;
  end if;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to scaivault_app, scaivault_worker', current_database());
  revoke all on schema public from public;
  grant usage, create on schema public to scaivault_owner;
  grant usage on schema public to scaivault_app, scaivault_worker, scaivault_audit;
end
$$;
