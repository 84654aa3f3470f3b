package ai.scailabs.vault.credentials.rotation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rotation policy as somebody wants it; a member that is absent is the default, or stays as it is.
 *
 * @param warnBefore durations with commas between them; empty for none
 * @param secretPolicyId empty for none
 */
public record RotationPolicyDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable String interval,
        @Nullable String gracePeriod,
        @Nullable String warnBefore,
        @Nullable Boolean autoGenerate,
        @Nullable String secretPolicyId,
        @Nullable List<@Nullable String> webhookIds,
        @Nullable Boolean active) {}
