package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.x509.Subject;
import java.util.List;
import java.util.Optional;

/**
 * What stands in the subject besides the common name, the same in every certificate of a role, and what holds for the common name.
 *
 * @param requireCn a certificate without one is refused
 * @param excludeCnFromSans the common name need not be one of the alternative names
 * @param validateCn a common name that is not among the alternative names must be a name that would be allowed there
 */
public record SubjectRule(
        List<String> organization,
        List<String> organizationalUnit,
        List<String> country,
        List<String> province,
        List<String> locality,
        List<String> streetAddress,
        List<String> postalCode,
        boolean requireCn,
        boolean excludeCnFromSans,
        boolean validateCn) {
    public static final SubjectRule DEFAULT = new SubjectRule(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), true, false, true);

    public SubjectRule {
        organization = List.copyOf(organization);
        organizationalUnit = List.copyOf(organizationalUnit);
        country = List.copyOf(country);
        province = List.copyOf(province);
        locality = List.copyOf(locality);
        streetAddress = List.copyOf(streetAddress);
        postalCode = List.copyOf(postalCode);
    }

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code validation_error} for a part that no subject may have: to be asked when a role is saved */
    public void requireValid() {
        Subject unused = subject(Optional.empty());
    }

    /** The whole subject of a certificate of the role. */
    public Subject subject(Optional<String> commonName) {
        Subject.Builder builder = Subject.builder();
        country.forEach(builder::country);
        province.forEach(builder::province);
        locality.forEach(builder::locality);
        streetAddress.forEach(builder::streetAddress);
        postalCode.forEach(builder::postalCode);
        organization.forEach(builder::organization);
        organizationalUnit.forEach(builder::organizationalUnit);
        commonName.ifPresent(builder::commonName);
        return builder.build();
    }
}
