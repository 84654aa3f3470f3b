package ai.scailabs.vault.pki.dns.zone;

import java.util.regex.Pattern;

/**
 * A member of a provider's {@code credentials}.
 *
 * @param shown whether it says where rather than who, and is given back
 * @param form what it must match as a whole
 * @param described the form, for people, after "must be"
 */
public record CredentialField(String name, boolean required, boolean shown, Pattern form, String described) {
    private static final String PRINTABLE = "[!-~]{1,4096}";

    static CredentialField secret(String name) {
        return new CredentialField(
                name, true, false, Pattern.compile(PRINTABLE), "1 to 4096 printable ASCII characters without a space");
    }

    static CredentialField shown(String name, String form, String described) {
        return new CredentialField(name, true, true, Pattern.compile(form), described);
    }

    CredentialField optional() {
        return new CredentialField(name, false, shown, form, described);
    }
}
