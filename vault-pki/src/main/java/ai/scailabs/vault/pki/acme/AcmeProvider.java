package ai.scailabs.vault.pki.acme;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whom certificates are ordered from, as callers name them. */
public enum AcmeProvider {
    LETSENCRYPT(
            "https://acme-v02.api.letsencrypt.org/directory", "https://acme-staging-v02.api.letsencrypt.org/directory"),
    ZEROSSL("https://acme.zerossl.com/v2/DV90", null),
    BUYPASS("https://api.buypass.com/acme/directory", "https://api.test4.buypass.no/acme/directory"),
    GOOGLE("https://dv.acme-v02.api.pki.goog/directory", "https://dv.acme-v02.test-api.pki.goog/directory"),
    /** Any directory of RFC 8555; the caller says where it is. */
    CUSTOM(null, null);

    private final @Nullable String production;
    private final @Nullable String staging;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    AcmeProvider(@Nullable String production, @Nullable String staging) {
        this.production = production;
        this.staging = staging;
    }

    public String wireName() {
        return wireName;
    }

    static Optional<AcmeProvider> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(text))
                .findFirst();
    }

    /** Where its directory is; empty where it has none of that kind. */
    Optional<URI> directory(AcmeEnvironment environment) {
        return Optional.ofNullable(
                        switch (environment) {
                            case PRODUCTION -> production;
                            case STAGING -> staging;
                        })
                .map(URI::create);
    }
}
