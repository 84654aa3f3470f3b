package ai.scailabs.vault.audit.store;

import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stores as an installation under development opens them. */
public final class StoreSetup {
    public static final TenantId TENANT = new TenantId("tnt_acme");
    public static final StoreTimes QUICK = new StoreTimes(Duration.ofSeconds(20), 3, Duration.ofMillis(20));
    public static final StoreTimes IMPATIENT = new StoreTimes(Duration.ofMillis(400), 2, Duration.ofMillis(20));

    private static final GuardedTransfers HERE =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);

    private StoreSetup() {}

    public static GuardedTransfers here() {
        return HERE;
    }

    public static ObjectStore open(Destination destination, String credentials, StoreTimes times) {
        return open(destination, credentials, times, HERE);
    }

    /** As in production: to no address inside, and not without TLS. */
    public static ObjectStore openGuarded(Destination destination, String credentials) {
        return open(
                destination,
                credentials,
                QUICK,
                new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), false));
    }

    private static ObjectStore open(
            Destination destination, String credentials, StoreTimes times, GuardedTransfers transfers) {
        return stores(times, transfers)
                .open(
                        destination,
                        StoreCredentials.of(destination.type(), credentials.getBytes(StandardCharsets.UTF_8)),
                        TENANT);
    }

    private static ObjectStores stores(StoreTimes times, GuardedTransfers transfers) {
        return new VendorStores(transfers, times, Set.of(), new SecureRandom());
    }

    public static Destination destination(String type, String bucket, String prefix, @Nullable URI endpoint) {
        return switch (type) {
            case "s3" -> new Destination.S3(bucket, prefix, endpoint, "eu-central-1", true);
            case "gcs" -> new Destination.Gcs(bucket, prefix, endpoint);
            default -> new Destination.AzureBlob(bucket, prefix, endpoint, null);
        };
    }

    public static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
