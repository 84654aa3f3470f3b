package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants registered, read and found possible. Nothing has been asked of the directory.
 *
 * @param binding null where the directory wants none
 */
public record NewAccount(
        String name,
        AcmeProvider provider,
        AcmeEnvironment environment,
        DirectoryAddress directory,
        String email,
        KeySpec key,
        @Nullable Binding binding) {
    private static final int MAX_URL = 500;
    private static final int MAX_AUTHORITIES = 64 * 1024;
    private static final int MAX_KID = 256;
    private static final int MAX_EMAIL = 254;

    /** One address and nothing else: a contact with a comma or a header in it would be several (RFC 8555 §7.3). */
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\\.)+[A-Za-z0-9-]{2,63}");

    /**
     * That the caller has an account elsewhere (RFC 8555 §7.3.4). It is used once, and not kept.
     *
     * @param hmacKey as it was given, base64url; the caller closes it
     */
    public record Binding(String kid, SensitiveBytes hmacKey) {
        @Override
        public String toString() {
            return "Binding[" + kid + "]";
        }
    }

    /**
     * As the body of a call says it.
     *
     * @param hmacKey the caller closes it
     */
    public record Fields(
            @Nullable String name,
            @Nullable String provider,
            @Nullable String environment,
            @Nullable String email,
            @Nullable String directoryUrl,
            @Nullable String caBundlePem,
            @Nullable Boolean agreeToTerms,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable String eabKid,
            @Nullable SensitiveBytes hmacKey) {
        @Override
        public String toString() {
            return "Fields[" + name + "]";
        }
    }

    /** @throws VaultException {@code validation_error} */
    public static NewAccount of(Fields fields) {
        String name = fields.name();
        if (name == null || !AcmeAccount.isName(name)) {
            throw VaultException.invalidField(
                    "name",
                    "must be 1 to 63 of a-z, 0-9, '-' and '_', as policies name it by pki/acme/<name>, and not begin like an id");
        }
        AcmeProvider provider = provider(fields.provider());
        AcmeEnvironment environment = environment(fields.environment());
        if (Boolean.FALSE.equals(fields.agreeToTerms())) {
            throw VaultException.invalidField(
                    "agree_to_terms", "must be true: whoever registers an account agrees to the directory's terms");
        }
        return new NewAccount(
                name,
                provider,
                environment,
                directory(provider, environment, fields),
                email(fields.email()),
                keySpec("key_type", fields.keyType(), fields.keySize()),
                binding(fields));
    }

    private static AcmeProvider provider(@Nullable String text) {
        return java.util.Optional.ofNullable(text)
                .flatMap(AcmeProvider::parse)
                .orElseThrow(() -> VaultException.invalidField(
                        "provider", "must be letsencrypt, zerossl, buypass, google or custom"));
    }

    private static AcmeEnvironment environment(@Nullable String text) {
        return text == null
                ? AcmeEnvironment.PRODUCTION
                : AcmeEnvironment.parse(text)
                        .orElseThrow(() -> VaultException.invalidField("environment", "must be production or staging"));
    }

    private static DirectoryAddress directory(AcmeProvider provider, AcmeEnvironment environment, Fields fields) {
        if (provider != AcmeProvider.CUSTOM) {
            if (fields.directoryUrl() != null) {
                throw VaultException.invalidField("directory_url", "is for provider custom");
            }
            if (fields.caBundlePem() != null) {
                throw VaultException.invalidField("ca_bundle_pem", "is for provider custom");
            }
            URI url = provider.directory(environment)
                    .orElseThrow(() -> VaultException.invalidField(
                            "environment", "must be production: " + provider.wireName() + " has no other"));
            return new DirectoryAddress(url, null);
        }
        return new DirectoryAddress(url(fields.directoryUrl()), authorities(fields.caBundlePem()));
    }

    private static URI url(@Nullable String text) {
        if (text == null) {
            throw VaultException.invalidField("directory_url", "is required of provider custom");
        }
        try {
            URI url = new URI(text);
            boolean plain = "https".equals(url.getScheme())
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && text.length() <= MAX_URL
                    && text.chars().allMatch(character -> character > ' ' && character <= '~');
            if (plain) {
                return url;
            }
        } catch (URISyntaxException malformed) {
            throw VaultException.invalidField("directory_url", "must be an https URL");
        }
        throw VaultException.invalidField(
                "directory_url", "must be an https URL of at most " + MAX_URL + " characters, without a user");
    }

    private static @Nullable String authorities(@Nullable String pem) {
        if (pem == null) {
            return null;
        }
        boolean readable = pem.length() <= MAX_AUTHORITIES && pem.contains("-----BEGIN CERTIFICATE-----");
        try {
            if (readable) {
                OutboundTls.only(pem);
                return pem;
            }
        } catch (IOException unusable) {
            throw VaultException.invalidField("ca_bundle_pem", "holds something that is no certificate");
        }
        throw VaultException.invalidField(
                "ca_bundle_pem", "must be certificates in PEM, of at most " + MAX_AUTHORITIES + " characters");
    }

    public static String email(@Nullable String text) {
        if (text == null) {
            throw VaultException.invalidField("email", "is required");
        }
        if (text.length() > MAX_EMAIL || !EMAIL.matcher(text).matches()) {
            throw VaultException.invalidField("email", "must be one address, such as certs@example.org");
        }
        return text;
    }

    /** Of the kinds that directories take. */
    public static KeySpec keySpec(String field, @Nullable String keyType, @Nullable Integer keySize) {
        return KeySpec.of(keyType == null ? "ec" : keyType, keySize)
                .filter(spec -> spec.isRsa() || spec == KeySpec.EC_P256 || spec == KeySpec.EC_P384)
                .orElseThrow(() -> VaultException.invalidField(
                        field, "must be ec with key_size 256 or 384, or rsa with key_size 2048, 3072 or 4096"));
    }

    private static @Nullable Binding binding(Fields fields) {
        String kid = fields.eabKid();
        SensitiveBytes key = fields.hmacKey();
        if (kid == null && key == null) {
            return null;
        }
        if (kid == null
                || kid.isEmpty()
                || kid.length() > MAX_KID
                || !kid.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw VaultException.invalidField(
                    "eab_kid", "must have 1 to " + MAX_KID + " printable characters, together with eab_hmac_key");
        }
        if (key == null || !isBase64Url(key)) {
            throw VaultException.invalidField(
                    "eab_hmac_key", "must be the key in base64url, as the provider gives it, together with eab_kid");
        }
        return new Binding(kid, key);
    }

    private static boolean isBase64Url(SensitiveBytes key) {
        int length = key.length();
        boolean fits = length >= 16 && length <= 1024;
        for (byte character : key.expose()) {
            fits &= character >= 'A' && character <= 'Z'
                    || character >= 'a' && character <= 'z'
                    || character >= '0' && character <= '9'
                    || character == '-'
                    || character == '_'
                    || character == '=';
        }
        return fits;
    }

    @Override
    public String toString() {
        return "NewAccount[" + name + "]";
    }
}
