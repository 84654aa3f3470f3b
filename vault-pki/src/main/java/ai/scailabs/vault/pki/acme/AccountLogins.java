package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.net.MalformedURLException;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;

/** Conversations with directories in the name of accounts. Thread-safe. */
final class AccountLogins {
    /** Of a next key that the directory does not know: until then somebody may be about to tell it. */
    static final Duration CHANGE_TIME = Duration.ofMinutes(10);

    private final Directories directories;
    private final AcmeKeys keys;
    private final AccountRepository accounts;
    private final Clock clock;

    AccountLogins(Directories directories, AcmeKeys keys, AccountRepository accounts, Clock clock) {
        this.directories = directories;
        this.keys = keys;
        this.accounts = accounts;
        this.clock = clock;
    }

    /** The same, for conversations about so many names: they may last longer. */
    AccountLogins about(int names) {
        return new AccountLogins(directories.about(names), keys, accounts, clock);
    }

    Session session(DirectoryAddress address) {
        return directories.open(address);
    }

    /**
     * For one thread and a bounded time. Asks the root key, and the directory where somebody who was giving the account a new key has died.
     *
     * @throws DirectoryFailure when it must be asked and does not answer
     */
    Login open(TenantId tenant, PartnerId partner, AcmeAccount account) throws DirectoryFailure {
        AcmeAccount known = account;
        while (true) {
            try {
                return opened(tenant, partner, known);
            } catch (VaultException missing) {
                AcmeAccount now = accounts.find(tenant, account.id()).orElseThrow(() -> missing);
                if (missing.code() != ErrorCode.INTEGRITY_FAILURE
                        || now.keyId().equals(known.keyId()) && Objects.equals(now.nextKeyId(), known.nextKeyId())) {
                    throw missing;
                }
                // The key has given way to another since the account was read.
                known = now;
            }
        }
    }

    private Login opened(TenantId tenant, PartnerId partner, AcmeAccount account) throws DirectoryFailure {
        String next = account.nextKeyId();
        if (next != null) {
            return settled(tenant, partner, account, next);
        }
        return withItsKey(tenant, partner, account);
    }

    private Login login(AcmeAccount account, KeyPair pair) {
        try {
            return session(account.directory()).login(account.location().toURL(), pair);
        } catch (MalformedURLException malformed) {
            throw new IllegalStateException("an account was stored whose location is no URL", malformed);
        }
    }

    /**
     * With the key that the account has now, whatever is being done about its next one.
     *
     * @throws VaultException {@code integrity_failure} also when the key is not there; {@code kms_unavailable}
     */
    Login withItsKey(TenantId tenant, PartnerId partner, AcmeAccount account) {
        try (KeyBundle bundle = keys.open(tenant, partner, account.keyId())) {
            return login(account, bundle.pair());
        }
    }

    /** Only the directory knows which of two keys counts. */
    private Login settled(TenantId tenant, PartnerId partner, AcmeAccount account, String next)
            throws DirectoryFailure {
        try (KeyBundle bundle = keys.open(tenant, partner, next)) {
            KeyPair pair = bundle.pair();
            boolean adopted = isKnown(account, pair);
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            KeySpec spec = SubjectKey.of(pair.getPublic()).spec();
            accounts.transactions().inTransaction(tenant, tx -> {
                AcmeAccount found = accounts.lock(tx, account.id()).orElseThrow();
                if (next.equals(found.nextKeyId())) {
                    if (adopted) {
                        accounts.adoptKey(tx, account.id(), next, spec, now);
                        keys.delete(tx, found.keyId());
                    } else if (keys.isOlder(tx, next, now.minus(CHANGE_TIME))) {
                        accounts.nextKey(tx, account.id(), null);
                        keys.delete(tx, next);
                    }
                }
                return found;
            });
            if (adopted) {
                return login(account, pair);
            }
        }
        return withItsKey(tenant, partner, account);
    }

    private boolean isKnown(AcmeAccount account, KeyPair pair) throws DirectoryFailure {
        try {
            Login login =
                    new AccountBuilder().onlyExisting().useKeyPair(pair).createLogin(session(account.directory()));
            return login.getAccountLocation()
                    .toString()
                    .equals(account.location().toString());
        } catch (AcmeException | RuntimeException refused) {
            DirectoryFailure failure = DirectoryFailure.of(refused);
            if (failure.problem().is("accountDoesNotExist")) {
                return false;
            }
            throw failure;
        }
    }
}
