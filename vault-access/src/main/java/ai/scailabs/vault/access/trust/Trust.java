package ai.scailabs.vault.access.trust;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** @param revision grows with every change; a token that was made under an older one counts no more */
public record Trust(
        String id,
        String name,
        @Nullable String description,
        TrustTerms terms,
        boolean active,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {}
