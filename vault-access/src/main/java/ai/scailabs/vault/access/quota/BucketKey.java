package ai.scailabs.vault.access.quota;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Whose bucket. The same identity in two tenants is two.
 *
 * @param identity absent, with the category: the tenant's ceiling
 */
record BucketKey(
        TenantId tenant,
        @Nullable IdentityId identity,
        @Nullable RateCategory category) {
    private static final int HASH_BYTES = 16;

    /**
     * Its name in Redis, where no name of a person or a tenant is to lie. Instances that are set to different limits do not share a bucket: neither could tell
     * what the other's units are worth.
     */
    byte[] nameInRedis(int perMinute) {
        // No id holds a line break, so that no two keys give one text.
        String text = tenant + "\n" + (identity == null ? "" : identity) + "\n"
                + (category == null ? "" : category.wireName()) + "\n" + perMinute;
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            String name = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
            return ("scaivault:quota:" + name).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
