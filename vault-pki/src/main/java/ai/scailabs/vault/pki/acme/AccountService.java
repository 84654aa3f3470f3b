package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Account;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.exception.AcmeException;
import org.springframework.dao.DuplicateKeyException;

/**
 * The accounts of a tenant at directories. Who manages the tenant may do all of it; others what policies say of {@code pki/acme/<name>}. The directory is asked first, outside any transaction; what it did is
 * stored with its audit row in one. Thread-safe.
 */
public final class AccountService {
    /** Of one tenant. */
    public static final int MAX_ACCOUNTS = 100;

    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for accounts that are not there: it is the name of none. */
    private static final SecretPath NOBODYS = AcmeAccount.virtualPath("-");

    private final AccountRepository repository;
    private final AccountLogins logins;
    private final AccountRegistration registration;
    private final AcmeKeys keys;
    private final OpenOrders openOrders;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    AccountService(
            AccountRepository repository,
            AccountLogins logins,
            AcmeKeys keys,
            OpenOrders openOrders,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.repository = repository;
        this.logins = logins;
        this.registration = new AccountRegistration(logins);
        this.keys = keys;
        this.openOrders = openOrders;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Registers it at the directory, with a new key.
     *
     * @throws VaultException {@code access_denied}; {@code conflict} when the name is taken, or there are too many; {@code validation_error} when the directory refuses; {@code backend_unavailable} when it does not
     *     answer
     */
    public AcmeAccount create(Caller caller, NewAccount wanted, AuditEntry entry) {
        access.requireManaged(caller, Permission.ADMIN, AcmeAccount.virtualPath(wanted.name()));
        Actor actor = caller.actor();
        // Said before anything is registered, and again when it is stored.
        if (repository.isTaken(actor.tenant(), wanted.name())) {
            throw taken();
        }
        KeyPair pair = keys.make(actor.tenant(), wanted.key());
        AccountRegistration.Registered registered = registration.register(wanted, pair);
        try (KeyBundle bundle = KeyBundle.of(pair, List.of())) {
            return keys.store(actor.tenant(), actor.partner(), bundle, stored -> {
                if (!stored.tx().lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(stored.tx()) >= MAX_ACCOUNTS) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "A tenant has at most " + MAX_ACCOUNTS + " ACME accounts",
                            Map.of("state", "full", "max_accounts", MAX_ACCOUNTS));
                }
                AcmeAccount created = account(wanted, registered, stored.keyId(), actor);
                repository.insert(stored.tx(), created);
                repository.record(stored.tx(), described(entry, created));
                return created;
            });
        } catch (DuplicateKeyException exists) {
            throw taken();
        }
    }

    private static VaultException taken() {
        return new VaultException(
                ErrorCode.CONFLICT, "An ACME account of this name exists already", Map.of("state", "exists"));
    }

    private AcmeAccount account(
            NewAccount wanted, AccountRegistration.Registered registered, String keyId, Actor actor) {
        Instant now = now();
        NewAccount.Binding binding = wanted.binding();
        return new AcmeAccount(
                ids.nextUuid(),
                wanted.name(),
                wanted.provider(),
                wanted.environment(),
                wanted.directory().url(),
                wanted.directory().authorities(),
                wanted.email(),
                true,
                registered.location(),
                registered.termsUrl(),
                binding == null ? null : binding.kid(),
                wanted.key(),
                keyId,
                null,
                now,
                actor.identity().value(),
                now);
    }

    /** @throws VaultException {@code access_denied}; {@code acme_account_not_found} */
    public AcmeAccount get(Caller caller, TenantId tenant, UUID id) {
        return permitted(caller, tenant, id, Permission.READ);
    }

    /**
     * Those that the caller may read, oldest first, also those that were deactivated. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public AccountPage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<AcmeAccount> shown = new ArrayList<>();
        UUID position = after == null ? BEFORE_ALL : after;
        while (true) {
            List<AcmeAccount> found = repository.page(tenant, position, limit + 1);
            found.stream()
                    .filter(account -> readable.test(account.virtualPath()))
                    .forEach(shown::add);
            if (shown.size() > limit) {
                return new AccountPage(List.copyOf(shown.subList(0, limit)), true);
            }
            if (found.size() <= limit) {
                return new AccountPage(List.copyOf(shown), false);
            }
            position = found.getLast().id();
        }
    }

    /** @throws VaultException {@code access_denied}; {@code acme_account_not_found}; {@code conflict} when it was deactivated; {@code validation_error}; {@code backend_unavailable} */
    public AcmeAccount changeEmail(Caller caller, UUID id, String email, AuditEntry entry) {
        AcmeAccount account = active(permitted(caller, entry.tenant(), id, Permission.ADMIN));
        try {
            Account there = logins.open(entry.tenant(), caller.actor().partner(), account)
                    .getAccount();
            Account.EditableAccount change = there.modify();
            change.getContacts().clear();
            change.addEmail(email).commit();
        } catch (DirectoryFailure | AcmeException | RuntimeException refused) {
            throw DirectoryFailure.refusal(refused);
        }
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            repository.changeEmail(tx, id, email, now());
            repository.record(tx, described(entry, account));
            return repository.lock(tx, id).orElseThrow(AccountService::notFound);
        });
    }

    /**
     * Gives it a new key. The key is stored before the directory is told: whoever dies in between leaves both, and the next to use the account asks which one counts.
     *
     * @param spec null for a key of the same kind
     * @throws VaultException as {@link #changeEmail}
     */
    public AcmeAccount rotateKey(Caller caller, UUID id, @Nullable KeySpec spec, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        AcmeAccount account = active(permitted(caller, tenant, id, Permission.ADMIN));
        try {
            // Before there is another key beside it: it settles what somebody has left behind.
            logins.open(tenant, caller.actor().partner(), account);
            KeySpec wanted = spec == null ? account.key() : spec;
            KeyPair pair = keys.make(tenant, wanted);
            Instant until = now().plus(AccountLogins.CHANGE_TIME.dividedBy(2));
            AcmeAccount prepared = prepared(caller.actor(), account, pair);
            String next = Objects.requireNonNull(prepared.nextKeyId());
            Login login;
            try {
                login = logins.withItsKey(tenant, caller.actor().partner(), prepared);
                if (now().isAfter(until)) {
                    throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The next key took too long to prepare");
                }
            } catch (RuntimeException unprepared) {
                discard(tenant, id, next);
                throw unprepared;
            }
            try {
                login.getAccount().changeKey(pair);
            } catch (AcmeException | RuntimeException refused) {
                DirectoryFailure failure = DirectoryFailure.of(refused);
                if (!failure.isPassing()) {
                    discard(tenant, id, next);
                }
                throw failure;
            }
            return adopted(account, next, wanted, entry);
        } catch (DirectoryFailure | RuntimeException refused) {
            throw DirectoryFailure.refusal(refused);
        }
    }

    /** The account with its next key, which nobody else changes or discards for {@link AccountLogins#CHANGE_TIME}. */
    private AcmeAccount prepared(Actor actor, AcmeAccount account, KeyPair pair) {
        try (KeyBundle bundle = KeyBundle.of(pair, List.of())) {
            return keys.store(actor.tenant(), actor.partner(), bundle, stored -> {
                AcmeAccount found = repository.lock(stored.tx(), account.id()).orElseThrow(AccountService::notFound);
                if (found.nextKeyId() != null) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "Somebody else is giving the account a new key",
                            Map.of("state", "rotating"));
                }
                repository.nextKey(stored.tx(), account.id(), stored.keyId());
                return repository.lock(stored.tx(), account.id()).orElseThrow(AccountService::notFound);
            });
        }
    }

    private void discard(TenantId tenant, UUID id, String next) {
        repository.transactions().inTransaction(tenant, tx -> {
            AcmeAccount found = repository.lock(tx, id).orElseThrow(AccountService::notFound);
            if (next.equals(found.nextKeyId())) {
                repository.nextKey(tx, id, null);
                keys.delete(tx, next);
            }
            return id;
        });
    }

    private AcmeAccount adopted(AcmeAccount account, String next, KeySpec spec, AuditEntry entry) {
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            AcmeAccount found = repository.lock(tx, account.id()).orElseThrow(AccountService::notFound);
            if (next.equals(found.nextKeyId())) {
                repository.adoptKey(tx, account.id(), next, spec, now());
                keys.delete(tx, found.keyId());
            }
            repository.record(tx, described(entry, account));
            return repository.lock(tx, account.id()).orElseThrow(AccountService::notFound);
        });
    }

    /**
     * For good. Its certificates stay, and are not renewed any more.
     *
     * @param force also when something is under way, or to be renewed
     * @throws VaultException as {@link #changeEmail}; {@code conflict} when orders or renewals need it
     */
    public void deactivate(Caller caller, UUID id, boolean force, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        AcmeAccount account = active(permitted(caller, tenant, id, Permission.ADMIN));
        if (!force && openOrders.need(tenant, id)) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Orders or renewals need the account: end them first, or say force=true",
                    Map.of("state", "in_use"));
        }
        try {
            logins.open(tenant, caller.actor().partner(), account).getAccount().deactivate();
        } catch (DirectoryFailure | AcmeException | RuntimeException refused) {
            DirectoryFailure failure = refused instanceof DirectoryFailure known ? known : DirectoryFailure.of(refused);
            // Somebody who was deactivating it died before it was stored.
            if (!failure.problem().is("unauthorized") && !failure.problem().is("accountDoesNotExist")) {
                throw DirectoryFailure.refusal(refused);
            }
        }
        repository.transactions().inTransaction(tenant, tx -> {
            repository.deactivate(tx, id, now());
            openOrders.end(tx, id);
            repository.record(tx, described(entry, account));
            return id;
        });
    }

    private static AcmeAccount active(AcmeAccount account) {
        if (!account.active()) {
            throw new VaultException(ErrorCode.CONFLICT, "The account was deactivated", Map.of("state", "deactivated"));
        }
        return account;
    }

    /** Who may have nothing like it learns nothing of whether it is there. */
    private AcmeAccount permitted(Caller caller, TenantId tenant, UUID id, Permission permission) {
        AcmeAccount found = repository.find(tenant, id).orElse(null);
        access.requireManaged(caller, permission, found == null ? NOBODYS : found.virtualPath());
        if (found == null) {
            throw notFound();
        }
        return found;
    }

    /** For an order: one that counts. */
    AcmeAccount usable(Caller caller, TenantId tenant, UUID id) {
        return active(permitted(caller, tenant, id, Permission.WRITE));
    }

    private static AuditEntry described(AuditEntry entry, AcmeAccount account) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("acme_account", account.name());
        extra.put("provider", account.provider().wireName());
        extra.put("directory_url", account.directoryUrl().toString());
        return entry.withPath(account.text()).withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.ACME_ACCOUNT_NOT_FOUND, "There is no such ACME account");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
