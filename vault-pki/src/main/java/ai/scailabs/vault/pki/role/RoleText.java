package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.profile.AllowedNames;
import ai.scailabs.vault.pki.profile.KeyRule;
import ai.scailabs.vault.pki.profile.Lifetime;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.SubjectRule;
import ai.scailabs.vault.pki.profile.UsageRule;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Roles as the database keeps them: as a caller would write them, with every default as it was when the role was written. What is read is checked as what is written; a member that this version does
 * not know makes the role unreadable, because it may allow less.
 */
final class RoleText {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private RoleText() {}

    static String write(Role role) {
        return JSON.writeValueAsString(of(role));
    }

    /** @throws IllegalStateException when this version does not understand it */
    static Role read(String name, String caId, String json) {
        try {
            return RoleForm.role(name, caId, JSON.readValue(json, RoleFields.class));
        } catch (JacksonException | VaultException notUnderstood) {
            throw new IllegalStateException("a role was written by a newer version: " + name, notUnderstood);
        }
    }

    static RoleFields of(Role role) {
        AllowedNames names = role.names();
        Lifetime lifetime = role.lifetime();
        KeyRule key = role.key();
        UsageRule usage = role.usage();
        SubjectRule subject = role.subject();
        return new RoleFields(
                role.name(),
                role.caId(),
                texts(names.allowedDomains()),
                names.allowSubdomains(),
                names.allowBareDomains(),
                names.allowWildcards(),
                names.allowAnyName(),
                names.allowLocalhost(),
                names.enforceHostnames(),
                names.allowIpSans(),
                texts(names.allowedIpRanges()),
                texts(names.allowedUris()),
                texts(names.allowedEmailDomains()),
                names.maxSans(),
                LifetimeForm.text(lifetime.ttl()),
                LifetimeForm.text(lifetime.maxTtl()),
                LifetimeForm.text(lifetime.backdate()),
                lifetime.allowNotBefore() ? LifetimeForm.BY_BACKDATE : LifetimeForm.FORBID,
                lifetime.allowNotAfter() ? LifetimeForm.BY_TTL : LifetimeForm.FORBID,
                lifetime.allowNoExpiry(),
                key.keyType(),
                key.keySize() == 0 ? null : key.keySize(),
                texts(usages(usage)),
                usage.keyEncipherment(),
                texts(usage.policyIdentifiers()),
                usage.basicConstraints(),
                usage.noRevocation(),
                texts(subject.organization()),
                texts(subject.organizationalUnit()),
                texts(subject.country()),
                texts(subject.province()),
                texts(subject.locality()),
                texts(subject.streetAddress()),
                texts(subject.postalCode()),
                subject.requireCn(),
                subject.excludeCnFromSans(),
                subject.validateCn(),
                role.signature().hashBits() == 0 ? null : role.signature().hashBits(),
                role.signature().pss(),
                role.useCsrCommonName(),
                role.useCsrSans(),
                role.storePrivateKeys(),
                role.autoRenew(),
                role.noStore(),
                role.requireApproval(),
                role.maxCertificateBytes());
    }

    private static List<@Nullable String> texts(List<String> present) {
        return new ArrayList<>(present);
    }

    private static List<String> usages(UsageRule usage) {
        return usage.usages().stream().map(ExtendedKeyUsage::text).sorted().toList();
    }
}
