package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.quota.RateLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
    SCAIKEY_CLIENT_ID(
            Kind.SECRET,
            null,
            "who asks ScaiKey about personal tokens (skt_…): 1 to 256 printable characters, together with SCAIKEY_CLIENT_SECRET"),
    SCAIKEY_CLIENT_SECRET(
            Kind.SECRET, null, "1 to 512 printable characters without spaces, together with SCAIKEY_CLIENT_ID"),
    SCAIKEY_INTROSPECTION_URL(Kind.PLAIN, null, "an https URL (RFC 7662); overrides discovery"),
    TOKEN_SIGNING_KEY_ROTATION(
            Kind.PLAIN, "30d", "after how long a key that signs our own tokens gives way: 1h to 365d"),
    EXCHANGE_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where issuers that tenants trust may be besides the public Internet"),
    EXCHANGE_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for such issuers, besides those that the runtime trusts"),
    OBJECT_STORE_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where object stores that tenants name may be besides the public Internet"),
    OBJECT_STORE_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for such object stores, besides those that the runtime trusts"),
    OBJECT_STORE_OWN_BUCKETS(
            Kind.PLAIN,
            "",
            "s3:bucket, gcs:bucket or azure_blob:account/container, separated by commas: where tenants may write as this service"),
    DNS_PROVIDER_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where DNS servers that tenants name, and those of their zones, may be besides the public Internet"),
    DNS_PROVIDER_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for DNS providers, besides those that the runtime trusts"),
    DNS_ROUTE53_OWN_IDENTITY_TENANTS(
            Kind.PLAIN, "", "ids of tenants, separated by commas, that may use Route 53 as this service"),
    DNS_RESOLVERS(
            Kind.PLAIN,
            "",
            "address:port of resolvers, separated by commas, in place of those of the machine; an IPv6 address in brackets"),
    DNS_RESOLVERS_ONLY(
            Kind.PLAIN, "false", "true or false; true asks the resolvers where zones' own servers cannot be"),
    FEDERATION_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where other vaults that tenants name may be besides the public Internet"),
    FEDERATION_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for such vaults, besides those that the runtime trusts"),
    FEDERATION_OWN_IDENTITY_TENANTS(
            Kind.PLAIN, "", "ids of tenants, separated by commas, that may come to other vaults as this service"),
    FEDERATION_TIMEOUT(Kind.PLAIN, "5s", "a duration from 1s to 30s: the most that one call of another vault takes"),
    TARGET_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where databases that tenants name may be besides the public Internet"),
    TARGET_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for such databases, besides those that the runtime trusts"),
    LEASES_PER_TENANT(Kind.PLAIN, "20000", "how many leases of a tenant may be live at once: 1 to 1000000"),
    EVENT_RETENTION(Kind.PLAIN, "7d", "how long events and what became of them are kept: 1d to 90d"),
    WEBHOOK_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where webhooks that tenants name may be besides the public Internet"),
    WEBHOOK_CA_FILE(
            Kind.PLAIN,
            null,
            "a PEM file of certificates that vouch for such webhooks, besides those that the runtime trusts"),
    WEBHOOK_CONCURRENCY(
            Kind.PLAIN,
            "64",
            "how many targets of events an instance sends to at the same time, of one tenant a quarter of them: 1 to 1000"),
    SCAIKEY_DIRECTORY_URL(
            Kind.PLAIN,
            null,
            "an https URL below which ScaiKey lists partners, tenants, people and groups; by default SCAIKEY_URL/api/v1/directory"),
    SCAIKEY_WEBHOOK_SECRET(
            Kind.SECRET,
            null,
            "what ScaiKey signs its events with: 16 to 512 printable characters without spaces; without it none is accepted"),
    SCAIKEY_WEBHOOK_PREVIOUS_SECRET(
            Kind.SECRET, null, "the one before, while ScaiKey changes to SCAIKEY_WEBHOOK_SECRET; of the same form"),
    IDENTITY_SYNC_ENABLED(
            Kind.PLAIN, "true", "true or false: whether everything is compared with ScaiKey again and again"),
    IDENTITY_SYNC_INTERVAL(Kind.PLAIN, "1h", "a duration from 1m to 7d between two comparisons"),
    BIND_ADDRESS(Kind.PLAIN, "0.0.0.0:8443", "address:port"),
    BASE_URL(Kind.PLAIN, null, "the public URL of this service"),
    PKI_PUBLIC_URL(
            Kind.PLAIN,
            null,
            "an http:// URL below which certificates say that authorities publish, or off; by default BASE_URL with http as its scheme"),
    AUDIT_ORIGIN(
            Kind.PLAIN,
            null,
            "1 to 200 of A-Z a-z 0-9 . _ : / -, before the tenant's id in the names of audit logs; by default BASE_URL without its scheme, and /audit"),
    AUDIT_CHECKPOINT_WEBHOOK_URL(
            Kind.PLAIN, null, "an https URL that takes checkpoints of audit logs as the bodies of POSTs"),
    AUDIT_WITNESS_URL(
            Kind.PLAIN,
            null,
            "an https URL below which a witness of checkpoints has add-checkpoint; together with AUDIT_WITNESS_KEY"),
    AUDIT_WITNESS_KEY(Kind.PLAIN, null, "the verifier key of that witness: name+id+base64"),
    OBJECT_STORE_PROVIDER(
            Kind.PLAIN,
            null,
            "s3, gcs or azure_blob: where each checkpoint is kept as an object; with OBJECT_STORE_BUCKET"),
    OBJECT_STORE_BUCKET(Kind.PLAIN, null, "the name of a bucket or container; with OBJECT_STORE_PROVIDER"),
    OBJECT_STORE_PREFIX(Kind.PLAIN, null, "before the names of objects in OBJECT_STORE_BUCKET"),
    OBJECT_STORE_REGION(Kind.PLAIN, null, "the region of OBJECT_STORE_BUCKET in S3; us-east-1 unless it is said"),
    OBJECT_STORE_ACCOUNT(Kind.PLAIN, null, "the storage account of OBJECT_STORE_BUCKET in Azure"),
    OBJECT_STORE_ENDPOINT(Kind.PLAIN, null, "the URL of what speaks like the provider and is not"),
    OBJECT_STORE_CREDENTIALS(
            Kind.SECRET,
            null,
            "a JSON object with the members that a destination's secret has; without it the service's own identity"),
    AUDIT_RETENTION(
            Kind.PLAIN,
            "2557d",
            "a duration from 365d to 36525d: how long entries are kept where the tenant has decided nothing"),
    AUDIT_EXPORT_FILE_ENTRIES(
            Kind.PLAIN, "100000", "a number from 1000 to 1000000, the most entries in one file of an export"),
    AUDIT_EXPORT_INTERVAL(
            Kind.PLAIN, "5m", "a duration from 1m to 1d, after which a continuous export writes what there is"),
    PKI_CRL_INTERVAL(
            Kind.PLAIN,
            "1h",
            "a duration from 1m to 7d between two lists of revoked certificates when nothing is revoked"),
    PKI_CRL_VALIDITY(
            Kind.PLAIN, "72h", "a duration from 1m to 30d, at least twice PKI_CRL_INTERVAL: how long a list counts"),
    PKI_KEEP_EXPIRED(
            Kind.PLAIN, "off", "off, or a duration from 1d to 36525d after which expired certificates are deleted"),
    PKI_KEY_STORAGE(
            Kind.PLAIN, "vault", "vault or hsm: where keys of certificate authorities lie unless the caller says it"),
    PKI_HSM_LIBRARY(
            Kind.PLAIN,
            null,
            "the path of a PKCS#11 library, for keys of certificate authorities; this and the next two together or not at all"),
    PKI_HSM_TOKEN_LABEL(Kind.PLAIN, null, "the label of its token, 1 to 32 printable characters"),
    PKI_HSM_PIN_FILE(Kind.PLAIN, null, "the path of a file that holds the PIN of the token's user"),
    PKI_HSM_SESSIONS(Kind.PLAIN, "4", "a number from 1 to 64"),
    PKI_HSM_TIMEOUT_MILLIS(Kind.PLAIN, "2000", "a number from 100 to 60000"),
    ACME_HTTP_BIND(
            Kind.PLAIN, null, "address:port where ACME directories look by HTTP, besides BIND_ADDRESS (http-01)"),
    ACME_TLS_ALPN_BIND(Kind.PLAIN, null, "address:port where ACME directories look by TLS (tls-alpn-01)"),
    ACME_ALLOWED_ADDRESSES(
            Kind.PLAIN,
            "",
            "CIDR ranges separated by commas, where ACME directories that tenants name may be besides the public Internet"),
    LOG_LEVEL(Kind.PLAIN, "info", "debug, info, warn or error"),
    LOG_FORMAT(Kind.PLAIN, "json", "json or text"),
    KMS_PROVIDER(Kind.PLAIN, null, "aws, gcp, azure, hashicorp, pkcs11, tpm, or local (development only)"),
    KMS_CACHE_SECONDS(Kind.PLAIN, "0", "a number from 0 to 300; 0 asks the root key for every request"),
    KMS_TIMEOUT_MILLIS(Kind.PLAIN, "2000", "a number from 100 to 60000"),
    KMS_LOCAL_KEY_FILE(
            Kind.PLAIN,
            null,
            "the path of the local root key (32 bytes, mode 0600), which must exist; with KMS_PROVIDER=local"),
    KMS_KEY_ID(Kind.PLAIN, null, "the ARN of a key in AWS KMS (arn:aws:kms:…:key/…); with KMS_PROVIDER=aws"),
    KMS_KEY_NAME(
            Kind.PLAIN,
            null,
            "the name of a key: in Google Cloud KMS projects/…/locations/…/keyRings/…/cryptoKeys/…, with KMS_PROVIDER=gcp; in Transit 1 to 128 of A-Z a-z 0-9 _ . -, with KMS_PROVIDER=hashicorp"),
    KMS_KEY_URL(
            Kind.PLAIN,
            null,
            "the URL of a key in an Azure Key Vault or Managed HSM (https://….vault.azure.net/keys/…); with KMS_PROVIDER=azure"),
    KMS_SIGNING_KEY_URL(
            Kind.PLAIN,
            null,
            "the URL of a key (EC, P-256) in an Azure Key Vault that signs what KMS_KEY_URL wraps; with a key in a Key Vault, and then only"),
    KMS_ENDPOINT(
            Kind.PLAIN,
            null,
            "an https URL: where the server is, with KMS_PROVIDER=hashicorp; else it overrides where the KMS of AWS or Google is"),
    KMS_TRANSIT_MOUNT(Kind.PLAIN, "transit", "where Transit is mounted, 1 to 48 of A-Z a-z 0-9 _ - /"),
    KMS_TRANSIT_NAMESPACE(Kind.PLAIN, null, "a namespace of the server, 1 to 48 of A-Z a-z 0-9 _ - /"),
    KMS_TRANSIT_CA_FILE(Kind.PLAIN, null, "a PEM file of certificates that alone vouch for the server"),
    KMS_TRANSIT_TOKEN(Kind.SECRET, null, "a token of the server, 1 to 8192 printable characters without spaces"),
    KMS_TRANSIT_ROLE_ID(Kind.PLAIN, null, "the role id of an AppRole, together with KMS_TRANSIT_SECRET_ID"),
    KMS_TRANSIT_SECRET_ID(Kind.SECRET, null, "its secret id, 1 to 8192 printable characters without spaces"),
    KMS_TRANSIT_KUBERNETES_ROLE(Kind.PLAIN, null, "a role of the Kubernetes method, for the pod's service account"),
    KMS_TRANSIT_KUBERNETES_TOKEN_FILE(
            Kind.PLAIN,
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            "the path of a file that holds the token of that service account"),
    KMS_TRANSIT_AUTH_MOUNT(Kind.PLAIN, null, "where the method is mounted that logs in, 1 to 48 of A-Z a-z 0-9 _ - /"),
    KMS_PKCS11_LIBRARY(
            Kind.PLAIN,
            null,
            "the path of the HSM's PKCS#11 library; this and the next three with KMS_PROVIDER=pkcs11"),
    KMS_PKCS11_TOKEN_LABEL(Kind.PLAIN, null, "the label of the token, 1 to 32 printable characters"),
    KMS_PKCS11_KEY_LABEL(Kind.PLAIN, null, "the label of the key, 1 to 255 printable characters"),
    KMS_PKCS11_PIN_FILE(Kind.PLAIN, null, "the path of a file that holds the PIN of the token's user"),
    KMS_PKCS11_SESSIONS(Kind.PLAIN, "4", "a number from 1 to 64"),
    KMS_TPM_DEVICE(
            Kind.PLAIN,
            "/dev/tpmrm0",
            "the path of the TPM's device, or of the socket of one in software, or 127.0.0.1:port; with KMS_PROVIDER=tpm"),
    KMS_TPM_HANDLE(
            Kind.PLAIN,
            null,
            "where in the TPM the key lies: 0x81000000 to 0x817fffff; this and the next with KMS_PROVIDER=tpm"),
    KMS_TPM_AUTH_FILE(Kind.PLAIN, null, "the path of a file that holds the key's auth value, 24 to 32 bytes"),
    KEY_ROTATION_TENANT(
            Kind.PLAIN,
            "off",
            "after how long a tenant's key gives way to a new one: 1d to 3650d, or off for when somebody asks"),
    KEY_ROTATION_PARTNER(Kind.PLAIN, "off", "the same of a partner's key"),
    KEY_ERASURE_WAIT(
            Kind.PLAIN,
            "7d",
            "how long a request to destroy keys waits before it can be confirmed: 1d to 90d, in development from 1s"),
    TLS_CERT_FILE(Kind.PLAIN, null, "a PEM certificate chain, together with TLS_KEY_FILE"),
    TLS_KEY_FILE(Kind.PLAIN, null, "a PEM private key, together with TLS_CERT_FILE"),
    TLS_MANAGED_CERTIFICATE(
            Kind.PLAIN,
            null,
            "tnt_…/cert_…: a tenant, and a certificate of it that was ordered by ACME, or whose key is kept"),
    TLS_CLIENT_CA_FILE(Kind.PLAIN, null, "PEM certificates of the authorities whose client certificates are required"),
    TLS_CLIENT_CRL_FILE(
            Kind.PLAIN, null, "PEM revocation lists, a current one of each authority in TLS_CLIENT_CA_FILE"),
    SECURITY_TXT_CONTACT(
            Kind.PLAIN,
            null,
            "whom weaknesses are reported to in /.well-known/security.txt: https:, mailto: or tel: URIs separated by commas, the preferred one first"),
    SECURITY_TXT_EXPIRES(
            Kind.PLAIN,
            null,
            "when security.txt ceases to count, such as 2027-06-30T00:00:00Z; with SECURITY_TXT_CONTACT"),
    SECURITY_TXT_ENCRYPTION(
            Kind.PLAIN, null, "keys for reports: https:, dns: or openpgp4fpr: URIs separated by commas"),
    SECURITY_TXT_ACKNOWLEDGMENTS(
            Kind.PLAIN, null, "pages that thank those who reported: https URLs separated by commas"),
    SECURITY_TXT_PREFERRED_LANGUAGES(
            Kind.PLAIN, null, "languages of reports, as tags such as en or nl-BE, separated by commas"),
    SECURITY_TXT_CANONICAL(Kind.PLAIN, null, "https URLs of security.txt itself, separated by commas"),
    SECURITY_TXT_POLICY(Kind.PLAIN, null, "pages that say how reports are dealt with: https URLs separated by commas"),
    SECURITY_TXT_HIRING(Kind.PLAIN, null, "pages about positions: https URLs separated by commas"),
    TRUSTED_PROXIES(Kind.PLAIN, "", "CIDR ranges separated by commas"),
    TRUSTED_PROXY_HEADER(Kind.PLAIN, "X-Forwarded-For", "X-Forwarded-For or Forwarded"),
    METRICS_BIND_ADDRESS(Kind.PLAIN, null, "address:port where /v1/metrics needs no token"),
    MAX_BODY_BYTES(Kind.PLAIN, "1048576", "a number from 1024 to 16777216"),
    REDIS_URL(
            Kind.SECRET,
            null,
            "redis://user:password@host:port/0, or rediss:// for TLS; rate limits are then shared by all instances"),
    REDIS_CA_FILE(Kind.PLAIN, null, "a PEM file of certificates that vouch for Redis, with a rediss:// REDIS_URL"),
    REDIS_TIMEOUT_MILLIS(Kind.PLAIN, "200", "a number from 10 to 10000"),
    RATE_LIMIT_SECRETS_READ_PER_MINUTE(RateCategory.SECRETS_READ),
    RATE_LIMIT_SECRETS_WRITE_PER_MINUTE(RateCategory.SECRETS_WRITE),
    RATE_LIMIT_SECRETS_DELETE_PER_MINUTE(RateCategory.SECRETS_DELETE),
    RATE_LIMIT_SECRETS_LIST_PER_MINUTE(RateCategory.SECRETS_LIST),
    RATE_LIMIT_BATCH_READ_PER_MINUTE(RateCategory.BATCH_READ),
    RATE_LIMIT_BATCH_METADATA_PER_MINUTE(RateCategory.BATCH_METADATA),
    RATE_LIMIT_AUDIT_QUERY_PER_MINUTE(RateCategory.AUDIT_QUERY),
    RATE_LIMIT_AUDIT_EXPORT_PER_MINUTE(RateCategory.AUDIT_EXPORT),
    RATE_LIMIT_POLICIES_PER_MINUTE(RateCategory.POLICIES),
    RATE_LIMIT_POLICY_TEST_PER_MINUTE(RateCategory.POLICY_TEST),
    RATE_LIMIT_PKI_ISSUE_PER_MINUTE(RateCategory.PKI_ISSUE),
    RATE_LIMIT_PKI_ADMIN_PER_MINUTE(RateCategory.PKI_ADMIN),
    RATE_LIMIT_ACME_ORDER_PER_MINUTE(RateCategory.ACME_ORDER),
    RATE_LIMIT_WEBHOOKS_PER_MINUTE(RateCategory.WEBHOOKS),
    RATE_LIMIT_SUBSCRIPTIONS_PER_MINUTE(RateCategory.SUBSCRIPTIONS),
    RATE_LIMIT_SUBSCRIPTION_POLL_PER_MINUTE(RateCategory.SUBSCRIPTION_POLL),
    RATE_LIMIT_FEDERATION_PER_MINUTE(RateCategory.FEDERATION),
    RATE_LIMIT_ROTATION_PER_MINUTE(RateCategory.ROTATION),
    RATE_LIMIT_DYNAMIC_GENERATE_PER_MINUTE(RateCategory.DYNAMIC_GENERATE),
    RATE_LIMIT_DYNAMIC_ADMIN_PER_MINUTE(RateCategory.DYNAMIC_ADMIN),
    RATE_LIMIT_LEASES_PER_MINUTE(RateCategory.LEASES),
    RATE_LIMIT_IDENTITY_READ_PER_MINUTE(RateCategory.IDENTITY_READ),
    RATE_LIMIT_IDENTITY_SYNC_PER_MINUTE(RateCategory.IDENTITY_SYNC),
    RATE_LIMIT_KEYS_PER_MINUTE(RateCategory.KEYS),
    RATE_LIMIT_AUTH_PER_MINUTE(RateCategory.AUTH),
    RATE_LIMIT_TOKEN_EXCHANGE_PER_MINUTE(RateCategory.TOKEN_EXCHANGE),
    RATE_LIMIT_PKI_PUBLISHED_PER_MINUTE(RateCategory.PKI_PUBLISHED),
    RATE_LIMIT_TENANT_PER_MINUTE(Kind.PLAIN, "off", "for all calls of one tenant together, " + RatesOf.FORM),
    SCAIVAULT_DEV(Kind.PLAIN, "false", "true or false; true only with a loopback BIND_ADDRESS");

    /** Whether a value may be shown. */
    public enum Kind {
        PLAIN,
        SECRET
    }

    private final Kind kind;
    private final @Nullable String defaultValue;
    private final String takes;
    private final @Nullable RateCategory rate;

    Setting(RateCategory rate) {
        this.kind = Kind.PLAIN;
        this.defaultValue = String.valueOf(rate.perMinute());
        this.takes = (rate == RateCategory.TOKEN_EXCHANGE ? "for one address, " : "for one identity, ") + RatesOf.FORM;
        this.rate = rate;
    }

    Setting(Kind kind, @Nullable String defaultValue, String takes) {
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.takes = takes;
        this.rate = null;
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable String defaultValue() {
        return defaultValue;
    }

    /** The category whose documented number this overrides. */
    Optional<RateCategory> rate() {
        return Optional.ofNullable(rate);
    }

    /** Those that {@code security.txt} is made of. */
    static List<Setting> securityTxt() {
        return Arrays.stream(values())
                .filter(setting -> setting.name().startsWith("SECURITY_TXT_"))
                .toList();
    }

    /** For people, in documents and errors. */
    public String takes() {
        return takes;
    }

    /** Constants of an enum cannot use its own. */
    private static final class RatesOf {
        static final String FORM = "a number from 1 to " + RateLimits.MAX_PER_MINUTE + ", or off for no limit";

        private RatesOf() {}
    }
}
