package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.credentials.rotation.AttachmentService;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.secrets.secret.Change;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rotation policy that comes with a write. It is looked at before, so that nothing is written that is refused then, and the secret is put under it when it is there. */
final class WrittenUnderPolicy {
    private final AttachmentService attachments;

    WrittenUnderPolicy(AttachmentService attachments) {
        this.attachments = attachments;
    }

    /** @throws VaultException {@code access_denied}, {@code rotation_policy_not_found}, {@code validation_error} */
    void requireMay(Call call, SecretTarget target, Change<UUID> wanted) {
        if (wanted instanceof Change.Keep<UUID>) {
            return;
        }
        if (target.space().isShared()) {
            throw VaultException.invalidField("options.rotation_policy_id", "is for secrets of a tenant");
        }
        attachments.requireMayPlace(call.located(), call.tenant(), policy(wanted), target.path());
    }

    SecretView placed(Call call, SecretTarget target, Change<UUID> wanted, SecretView written) {
        if (wanted instanceof Change.Keep<UUID>) {
            return written;
        }
        UUID policy = policy(wanted);
        attachments.place(call.located(), call.caller().tenant(), call.tenant(), policy, target.path(), call::entryOf);
        return written.underRotation(policy == null ? null : RotationPolicy.text(policy));
    }

    private static @Nullable UUID policy(Change<UUID> wanted) {
        return wanted instanceof Change.SetTo<UUID>(UUID id) ? id : null;
    }
}
