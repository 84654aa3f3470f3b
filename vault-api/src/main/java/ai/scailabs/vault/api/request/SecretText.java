package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * A text of a body that is secret, such as a password: copied from the request, never held as a {@code String}.
 *
 * @param utf8 the receiver closes it
 */
public record SecretText(SensitiveBytes utf8) implements AutoCloseable {
    @Override
    public void close() {
        utf8.close();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
