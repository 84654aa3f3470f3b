package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * The {@code data} member of a body: copied token by token from the request, never held as text. Numbers keep their spelling, white space goes.
 *
 * @param json an object; the receiver closes it
 * @param scalarsOnly whether no member is itself an object or array
 */
public record SecretData(SensitiveBytes json, boolean scalarsOnly) {
    @Override
    public String toString() {
        return "[redacted]";
    }
}
