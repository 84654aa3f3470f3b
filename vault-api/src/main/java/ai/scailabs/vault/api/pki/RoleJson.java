package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.pki.role.RoleFields;
import ai.scailabs.vault.pki.role.StoredRole;

/** How a role is shown: every field, also those that nobody set. */
final class RoleJson {
    private RoleJson() {}

    static void write(JsonWriter json, StoredRole role) {
        RoleFields fields = role.fields();
        json.text("name", fields.name()).text("ca_id", fields.caId());
        writeNames(json, fields);
        json.text("ttl", fields.ttl())
                .text("max_ttl", fields.maxTtl())
                .text("not_before_duration", fields.notBeforeDuration())
                .text("not_before_bound", fields.notBeforeBound())
                .text("not_after_bound", fields.notAfterBound())
                .value("allow_no_expiry", fields.allowNoExpiry())
                .text("key_type", fields.keyType())
                .value("key_bits", fields.keyBits())
                .value("ext_key_usage", fields.extKeyUsage())
                .value("key_encipherment", fields.keyEncipherment())
                .value("policy_identifiers", fields.policyIdentifiers())
                .value("basic_constraints_valid_for_non_ca", fields.basicConstraintsValidForNonCa())
                .value("include_no_rev_avail", fields.includeNoRevAvail());
        writeSubject(json, fields);
        json.value("signature_bits", fields.signatureBits())
                .value("use_pss", fields.usePss())
                .value("use_csr_common_name", fields.useCsrCommonName())
                .value("use_csr_sans", fields.useCsrSans())
                .value("store_private_keys", fields.storePrivateKeys())
                .value("auto_renew", fields.autoRenew())
                .value("no_store", fields.noStore())
                .value("require_approval", fields.requireApproval())
                .value("max_certificate_size", fields.maxCertificateSize())
                .number("revision", role.revision())
                .time("created_at", role.createdAt())
                .text("created_by", role.createdBy())
                .time("updated_at", role.updatedAt());
    }

    private static void writeNames(JsonWriter json, RoleFields fields) {
        json.value("allowed_domains", fields.allowedDomains())
                .value("allow_subdomains", fields.allowSubdomains())
                .value("allow_bare_domains", fields.allowBareDomains())
                .value("allow_wildcard_certificates", fields.allowWildcardCertificates())
                .value("allow_any_name", fields.allowAnyName())
                .value("allow_localhost", fields.allowLocalhost())
                .value("enforce_hostnames", fields.enforceHostnames())
                .value("allow_ip_sans", fields.allowIpSans())
                .value("allowed_ip_sans_cidr", fields.allowedIpSansCidr())
                .value("allowed_uri_sans", fields.allowedUriSans())
                .value("allowed_email_domains", fields.allowedEmailDomains())
                .value("max_sans", fields.maxSans());
    }

    private static void writeSubject(JsonWriter json, RoleFields fields) {
        json.value("organization", fields.organization())
                .value("ou", fields.ou())
                .value("country", fields.country())
                .value("province", fields.province())
                .value("locality", fields.locality())
                .value("street_address", fields.streetAddress())
                .value("postal_code", fields.postalCode())
                .value("require_cn", fields.requireCn())
                .value("exclude_cn_from_sans", fields.excludeCnFromSans())
                .value("validate_cn", fields.validateCn());
    }
}
