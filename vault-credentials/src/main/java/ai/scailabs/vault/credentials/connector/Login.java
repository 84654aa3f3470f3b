package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;

/**
 * As whom one logs in. Owns the password, which {@link #close()} wipes. Not thread-safe.
 *
 * @param password in UTF-8
 */
public record Login(String user, SensitiveBytes password) implements AutoCloseable {
    /** As drivers want it; none of them takes anything that could be wiped. */
    public String passwordText() {
        return new String(password.expose(), StandardCharsets.UTF_8);
    }

    /** With a password of its own. */
    Login copy() {
        return new Login(user, SensitiveBytes.owning(password.expose().clone()));
    }

    @Override
    public void close() {
        password.close();
    }

    @Override
    public String toString() {
        return user;
    }
}
