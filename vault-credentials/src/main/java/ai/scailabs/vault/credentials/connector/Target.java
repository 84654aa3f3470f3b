package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;

/**
 * Where accounts are made, used as its root login. Each call opens connections of its own and closes them; a few may be under way at once, and one more waits for
 * its turn, a few seconds at most. No call waits without end. Thread-safe. {@link #close()} wipes the root login; whoever calls after it finds the target unreachable.
 */
public interface Target extends AutoCloseable {
    /**
     * Logs in as somebody, and out again. Who is let in and allowed nothing is let in.
     *
     * @param login stays the caller's
     */
    void verify(Login login) throws TargetException;

    /**
     * Makes an account, by the role's statements or, where there are none, one that may do nothing but log in. What a failure left is taken away by {@link #rollback}.
     *
     * @param password stays the caller's; in UTF-8
     * @param expires when the target itself is to refuse the login, where it can
     */
    void create(Account account, SensitiveBytes password, Instant expires, Statements statements)
            throws TargetException;

    /** Moves the end of an account at the target, where that knows one and unless the role says otherwise. */
    void renew(Account account, Instant expires, Statements statements) throws TargetException;

    /**
     * Takes an account away, with its open connections. It is locked first, so that it is of no use however the rest goes; then come the role's statements, and what
     * they leave of it is taken away too. One that is not there is success, and then the role's statements are not run.
     */
    void revoke(Account account, Statements statements) throws TargetException;

    /**
     * As {@link #revoke}, after a {@link #create} of which nobody knows how far it came. Where a creation may leave parts, the role's statements for it are run even if there is no account;
     * one that finds nothing to take away is not a failure.
     */
    void rollback(Account account, Statements statements) throws TargetException;

    boolean exists(Account account) throws TargetException;

    /**
     * Gives an account that is there another password. If it is the root login's own, this target goes on with the new one.
     *
     * @param password stays the caller's; in UTF-8
     */
    void setPassword(String user, SensitiveBytes password) throws TargetException;

    /** Whether {@link #setPassword} was refused because the account has had that password, which some targets remember. */
    default boolean isOldPassword(TargetException refused) {
        return false;
    }

    @Override
    void close();
}
