package ai.scailabs.vault.pki.dns.zone;

import static ai.scailabs.vault.pki.dns.zone.CredentialField.secret;
import static ai.scailabs.vault.pki.dns.zone.CredentialField.shown;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kinds of providers, and what each needs to know. */
public enum ProviderType {
    RFC2136(
            shown("server", "[A-Za-z0-9.:_-]{1,253}", "the name or address of a server"),
            shown("port", "[1-9][0-9]{0,4}", "a port from 1 to 65535").optional(),
            shown("tsig_key_name", "[A-Za-z0-9._-]{1,253}", "the name of a key"),
            new CredentialField(
                    "tsig_secret", true, false, Pattern.compile("[A-Za-z0-9+/]{16,684}={0,2}"), "a key in Base64"),
            shown("tsig_algorithm", "hmac-sha(256|384|512)", "hmac-sha256, hmac-sha384 or hmac-sha512")
                    .optional()),
    POWERDNS(
            shown("base_url", "https?://[!-~]{1,500}", "a URL of the form https://host[:port]"),
            secret("api_key"),
            shown("server_id", "[A-Za-z0-9._-]{1,64}", "the id of a server, as localhost")
                    .optional()),
    ROUTE53(
            secret("access_key_id").optional(),
            secret("secret_access_key").optional(),
            shown("region", "[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", "the name of a region")
                    .optional()),
    CLOUDFLARE(secret("api_token")),
    GOOGLE(
            new CredentialField(
                    "service_account_json",
                    true,
                    false,
                    Pattern.compile("(?s).{2,16384}"),
                    "the file of a service account's key"),
            shown("project", "[a-z][a-z0-9.:-]{4,99}", "the id of a project").optional()),
    AZURE(
            shown("subscription_id", "[A-Za-z0-9-]{1,64}", "the id of a subscription"),
            shown("resource_group", "[A-Za-z0-9._()-]{1,90}", "the name of a resource group"),
            shown("tenant_id", "[A-Za-z0-9.-]{1,128}", "the id of a directory"),
            shown("client_id", "[A-Za-z0-9-]{1,64}", "the id of an application"),
            secret("client_secret")),
    DIGITALOCEAN(secret("api_token"));

    private final List<CredentialField> fields;

    ProviderType(CredentialField... fields) {
        this.fields = List.of(fields);
    }

    public List<CredentialField> fields() {
        return fields;
    }

    Optional<CredentialField> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    /** As the API writes it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the provider can say which zones it has. */
    public boolean lists() {
        return this != RFC2136;
    }

    public static Optional<ProviderType> parse(String text) {
        return Arrays.stream(values())
                .filter(type -> type.wireName().equals(text))
                .findFirst();
    }

    /** All of them, for people. */
    public static String names() {
        return Arrays.stream(values()).map(ProviderType::wireName).collect(Collectors.joining(", "));
    }
}
