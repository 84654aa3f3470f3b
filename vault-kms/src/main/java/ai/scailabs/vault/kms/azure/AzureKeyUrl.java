package ai.scailabs.vault.kms.azure;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a key in Azure, as Azure writes it: {@code https://….vault.azure.net/keys/…}, with or without a version. No other host is one.
 *
 * @param vault whose key it is, {@code https://….vault.azure.net}
 * @param service what the vault's name belongs to, {@code vault.azure.net}
 * @param name of the key
 * @param version 32 hexadecimal digits; absent for the one that is current
 */
public record AzureKeyUrl(
        String vault, String service, String name, @Nullable String version) {
    private static final Pattern FORM = Pattern.compile("(?<vault>https://[a-z][a-z0-9-]{1,22}[a-z0-9]\\."
            + "(?<service>(?:vault|managedhsm)\\.(?:azure\\.net|azure\\.cn|usgovcloudapi\\.net)))"
            + "/keys/(?<name>[A-Za-z0-9-]{1,127})(?:/(?<version>[0-9a-f]{32}))?");

    /** Empty when it is not the URL of a key. */
    public static Optional<AzureKeyUrl> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches()
                ? Optional.of(new AzureKeyUrl(
                        form.group("vault"), form.group("service"), form.group("name"), form.group("version")))
                : Optional.empty();
    }

    /** Whether it is in a Managed HSM, rather than in a Key Vault. */
    public boolean isInManagedHsm() {
        return service.startsWith("managedhsm.");
    }

    /** The same key, in that version. */
    AzureKeyUrl at(String version) {
        return new AzureKeyUrl(vault, service, name, version);
    }

    /** Without a version: what names the key for its whole life. */
    String key() {
        return vault + "/keys/" + name;
    }

    /** Whether that is some version of this key. */
    boolean isSameKeyAs(AzureKeyUrl other) {
        return key().equals(other.key());
    }

    @Override
    public String toString() {
        return version == null ? key() : key() + "/" + version;
    }
}
