package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.events.delivery.TargetForm.Filters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as a caller writes it, but for its secret.
 *
 * @param type {@code webhook} or {@code polling}
 */
public record SubscriptionDraft(
        @Nullable String name,
        @Nullable List<@Nullable String> paths,
        @Nullable List<@Nullable String> events,
        Filters filters,
        @Nullable String type,
        @Nullable String url,
        @Nullable Integer bufferSize,
        @Nullable Boolean enabled) {
    /** Without the URL, which may hold a credential. */
    @Override
    public String toString() {
        return "SubscriptionDraft[redacted]";
    }
}
