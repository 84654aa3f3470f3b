package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.aws.AwsAccounts;
import ai.scailabs.vault.credentials.connector.aws.UserKey;
import ai.scailabs.vault.credentials.connector.aws.UserKeys;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** AWS, reached by the keys of a user there. Thread-safe. */
final class AwsKeyAccess {
    /** A key counts at AWS some seconds after it was made. */
    private static final Duration UNTIL_LET_IN = Duration.ofSeconds(20);

    private static final long LOOK_AGAIN_NANOS = 1_000_000_000;
    /** By how much AWS's clock may differ from the database's; also how long one is being made. */
    private static final Duration ABOUT = Duration.ofSeconds(60);

    private final TargetLogins logins;
    private final GuardedTransfers transfers;

    AwsKeyAccess(TargetLogins logins, GuardedTransfers transfers) {
        this.logins = logins;
        this.transfers = transfers;
    }

    private AwsAccounts open(AwsKeyConnector connector, Login login) {
        Login copy = new Login(
                login.user(), SensitiveBytes.owning(login.password().expose().clone()));
        return AwsAccounts.open(connector.site(), copy, transfers);
    }

    boolean isLetIn(AwsKeyConnector connector, Login login) throws TargetException {
        try (AwsAccounts accounts = open(connector, login)) {
            accounts.verify();
            return true;
        } catch (TargetException refused) {
            if (refused.failure() == TargetFailure.LOGIN_REFUSED) {
                return false;
            }
            throw refused;
        }
    }

    boolean isLetInSoon(AwsKeyConnector connector, Login login) throws TargetException {
        long end = System.nanoTime() + UNTIL_LET_IN.toNanos();
        while (!isLetIn(connector, login)) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }

    /** @param known the secret's key, which says whose keys these are */
    Keeper keeper(AwsKeyConnector connector, StandingRight right, Login known) throws TargetException {
        String user;
        try (AwsAccounts own = open(connector, known)) {
            user = own.callerIdentity()
                    .user()
                    .orElseThrow(
                            () -> TargetRefusals.unsuitable("The key is not one of a user of IAM", "not_supported"));
        }
        SecretPath path = connector.loginPath();
        AwsAccounts accounts = path == null
                ? open(connector, known)
                : AwsAccounts.open(
                        connector.site(),
                        logins.read(
                                right,
                                RotationEntries.BY,
                                path,
                                "connector.login_path",
                                AwsKeyConnector.ID,
                                AwsKeyConnector.SECRET),
                        transfers);
        return new Keeper(accounts, accounts.keysOf(user), known.user());
    }

    /** Who makes and deletes keys of the user. */
    record Keeper(AwsAccounts accounts, UserKeys keys, String inUse) implements AutoCloseable {
        /** All keys but the secret's, which must be among them: else it is another account's user. */
        List<UserKey> beside() throws TargetException {
            List<UserKey> all = keys.accessKeys();
            if (all.stream().noneMatch(key -> key.id().equals(inUse))) {
                throw new TargetException(TargetFailure.NOT_PERMITTED);
            }
            return all.stream().filter(key -> !key.id().equals(inUse)).toList();
        }

        /** Whether it was made while one was being made, and nobody knows it. */
        boolean isLeftOver(UserKey key, Instant since) throws TargetException {
            return !key.createdAt().isBefore(since.minus(ABOUT))
                    && !key.createdAt().isAfter(since.plus(ABOUT))
                    && keys.lastUsed(key.id()).isEmpty();
        }

        @Override
        public void close() {
            accounts.close();
        }
    }
}
