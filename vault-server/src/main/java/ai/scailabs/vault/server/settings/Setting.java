package ai.scailabs.vault.server.settings;

import org.jspecify.annotations.Nullable;

/** Every environment variable that the server reads: its default and what it takes. A secret one may be given as a file instead: {@code NAME_FILE}. */
public enum Setting {
    DATABASE_URL(
            Kind.SECRET,
            null,
            "postgresql://user:password@host:port/name?sslmode=require, logging in as scaivault_app"),
    DATABASE_OWNER_URL(
            Kind.SECRET,
            null,
            "the same, logging in as scaivault_owner: the schema is brought up to date at the start"),
    DATABASE_WORKER_URL(
            Kind.SECRET, null, "the same, logging in as scaivault_worker: background jobs run on this instance"),
    DATABASE_POOL_SIZE(Kind.PLAIN, "4", "a number from 2 to 200"),
    SCAIKEY_URL(Kind.PLAIN, null, "the https URL of ScaiKey"),
    SCAIKEY_JWKS_URL(Kind.PLAIN, null, "an https URL; overrides discovery"),
    SCAIKEY_ISSUERS(Kind.PLAIN, null, "accepted issuers (iss), separated by commas; by default SCAIKEY_URL"),
    SCAIKEY_AUDIENCE(Kind.PLAIN, "scaivault", "the audience (aud) that a token must name"),
    BIND_ADDRESS(Kind.PLAIN, "0.0.0.0:8443", "address:port"),
    BASE_URL(Kind.PLAIN, null, "the public URL of this service"),
    LOG_LEVEL(Kind.PLAIN, "info", "debug, info, warn or error"),
    LOG_FORMAT(Kind.PLAIN, "json", "json or text"),
    KMS_PROVIDER(Kind.PLAIN, null, "local (development only)"),
    KMS_LOCAL_KEY_FILE(
            Kind.PLAIN,
            null,
            "the path of the local root key (32 bytes, mode 0600), which must exist; with KMS_PROVIDER=local"),
    TLS_CERT_FILE(Kind.PLAIN, null, "a PEM certificate chain, together with TLS_KEY_FILE"),
    TLS_KEY_FILE(Kind.PLAIN, null, "a PEM private key, together with TLS_CERT_FILE"),
    TLS_CLIENT_CA_FILE(Kind.PLAIN, null, "PEM certificates of the authorities whose client certificates are required"),
    TLS_CLIENT_CRL_FILE(
            Kind.PLAIN, null, "PEM revocation lists, a current one of each authority in TLS_CLIENT_CA_FILE"),
    TRUSTED_PROXIES(Kind.PLAIN, "", "CIDR ranges separated by commas"),
    TRUSTED_PROXY_HEADER(Kind.PLAIN, "X-Forwarded-For", "X-Forwarded-For or Forwarded"),
    METRICS_BIND_ADDRESS(Kind.PLAIN, null, "address:port where /v1/metrics needs no token"),
    MAX_BODY_BYTES(Kind.PLAIN, "1048576", "a number from 1024 to 16777216"),
    SCAIVAULT_DEV(Kind.PLAIN, "false", "true or false; true only with a loopback BIND_ADDRESS");

    /** Whether a value may be shown. */
    public enum Kind {
        PLAIN,
        SECRET
    }

    private final Kind kind;
    private final @Nullable String defaultValue;
    private final String takes;

    Setting(Kind kind, @Nullable String defaultValue, String takes) {
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.takes = takes;
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable String defaultValue() {
        return defaultValue;
    }

    /** For people, in documents and errors. */
    public String takes() {
        return takes;
    }
}
