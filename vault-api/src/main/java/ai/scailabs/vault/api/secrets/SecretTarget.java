package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.CustomMethodMapping;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The space and the path that a URI names. The path is taken from the URI as it was sent: it is never decoded or normalised, so that router, policy and
 * database see the same bytes; a percent sign is no character of a path.
 */
public record SecretTarget(SecretSpace space, SecretPath path) {
    public static final String OWN = "/v1/secrets";
    public static final String SHARED = "/v1/partner/secrets";

    /** The target of a request whose URI goes on after the collection. */
    public static SecretTarget of(HttpServletRequest request, Call call) {
        String uri = request.getRequestURI();
        SecretSpace space = space(request, call);
        int start = (space.isShared() ? SHARED : OWN).length() + 1;
        boolean suffixed = !CustomMethodMapping.suffixOf(uri).isEmpty();
        String text = uri.substring(start, suffixed ? uri.lastIndexOf(':') : uri.length());
        SecretPath path = new SecretPath(text);
        call.about(path.value());
        return new SecretTarget(space, path);
    }

    /** The space of the collection that the URI names. */
    static SecretSpace space(HttpServletRequest request, Call call) {
        if (!request.getRequestURI().startsWith(SHARED)) {
            return SecretSpace.ofTenant(call.tenant(), call.actor().partner());
        }
        SecretSpace shared = SecretSpace.sharedBy(call.actor().partner());
        call.inShared(shared.owner());
        return shared;
    }

    public Permit require(AccessControl access, Call call, Permission permission) {
        return space.isShared()
                ? access.requireShared(call.located(), permission, path)
                : access.require(call.located(), permission, path);
    }

    /** From a member {@code cas}, {@code If-Match} and {@code If-None-Match}, of which one may be given. */
    public static Precondition precondition(HttpServletRequest request, String field, @Nullable Integer cas) {
        OptionalInt match = EntityTags.ifMatch(request);
        boolean mustNotExist = EntityTags.mustNotExist(request);
        int count = (match.isPresent() ? 1 : 0) + (mustNotExist ? 1 : 0) + (cas == null ? 0 : 1);
        if (count > 1) {
            throw VaultException.invalidField(field, "goes without If-Match and If-None-Match, which say the same");
        }
        if (cas != null) {
            if (cas < 0) {
                throw VaultException.invalidField(field, "must be a version, or 0 for a secret that must not exist");
            }
            return Precondition.versionIs(cas);
        }
        if (mustNotExist) {
            return Precondition.MUST_NOT_EXIST;
        }
        return match.isPresent() ? Precondition.versionIs(match.getAsInt()) : Precondition.ANY;
    }
}
