package ai.scailabs.vault.events.webhook;

import ai.scailabs.vault.events.delivery.TargetForm.Filters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A webhook as a caller writes it, but for its secret. */
public record WebhookDraft(
        @Nullable String name,
        @Nullable String url,
        @Nullable List<@Nullable String> events,
        Filters filters,
        @Nullable Boolean enabled) {
    /** Without the URL, which may hold a credential. */
    @Override
    public String toString() {
        return "WebhookDraft[redacted]";
    }
}
