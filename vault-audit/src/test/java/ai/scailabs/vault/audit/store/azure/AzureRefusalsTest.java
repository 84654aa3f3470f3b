package ai.scailabs.vault.audit.store.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.Relay;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreSetup;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Blob Storage says that Azurite does not, as it is documented. */
class AzureRefusalsTest {
    private static final ObjectName NAME = new ObjectName("any");
    private static final String KEY = "bm90LWEtc2VjcmV0LW91dHNpZGUtdGVzdHM=";

    @ParameterizedTest
    @CsvSource({
        "403, AuthenticationFailed, CREDENTIALS_REFUSED",
        "401, NoAuthenticationInformation, CREDENTIALS_REFUSED",
        "403, AuthorizationPermissionMismatch, DENIED",
        "404, ContainerNotFound, BUCKET_MISSING",
        "409, BlobImmutableDueToPolicy, LOCKED",
        "503, ServerBusy, THROTTLED",
        "500, InternalError, UNAVAILABLE",
        "400, InvalidHeaderValue, UNSUPPORTED"
    })
    void refusalOfAWrite_isToldByCode(int status, String code, StoreFailure failure) {
        try (Relay azure = new Relay(URI.create("http://127.0.0.1:1/acmeaudit"));
                ObjectStore store = open(azure)) {
            azure.answers(
                    status,
                    "x-ms-error-code: " + code + "\r\nContent-Type: application/xml\r\n",
                    "<?xml version=\"1.0\"?><Error><Code>" + code
                            + "</Code><Message>not for callers</Message></Error>");
            assertThatThrownBy(() -> store.put(NAME, "text/plain", new byte[1], null))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.failure()).isEqualTo(failure));
        }
    }

    @Test
    void containerWithImmutability_saysSo_andObjectsAreLocked() throws Exception {
        try (Relay azure = new Relay(URI.create("http://127.0.0.1:1/acmeaudit"));
                ObjectStore store = open(azure)) {
            azure.answers(
                    201,
                    "ETag: \"1\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                            + "x-ms-immutable-storage-with-versioning-enabled: true\r\n"
                            + "x-ms-immutability-policy-until-date: Sat, 01 Jan 2033 00:00:00 GMT\r\n"
                            + "x-ms-immutability-policy-mode: Locked\r\n",
                    "");
            azure.statusOfGet(200);
            assertThat(store.canRetain()).isTrue();
            Instant until = Instant.parse("2033-01-01T00:00:00Z");
            assertThat(store.put(NAME, "text/plain", new byte[0], new Retention(until, Retention.Mode.COMPLIANCE))
                            .lockedUntil())
                    .contains(until);
            assertThat(azure.requests())
                    .anyMatch(request -> request.contains("comp=blocklist")
                            && request.contains("x-ms-immutability-policy-mode: Locked")
                            && request.contains("x-ms-immutability-policy-until-date: Sat, 01 Jan 2033 00:00:00 GMT")
                            && request.contains("If-None-Match: *"));
        }
    }

    private static ObjectStore open(Relay azure) {
        return StoreSetup.open(
                StoreSetup.destination("azure_blob", "acme-audit", "", azure.endpoint()),
                "{\"account_name\":\"acmeaudit\",\"account_key\":\"" + KEY + "\"}",
                StoreSetup.QUICK);
    }
}
