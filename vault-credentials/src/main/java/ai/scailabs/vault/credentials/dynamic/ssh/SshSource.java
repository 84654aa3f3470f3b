package ai.scailabs.vault.credentials.dynamic.ssh;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.RoleRecipe;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.credentials.ssh.OneTimeRules;
import ai.scailabs.vault.credentials.ssh.SshAuthority;
import ai.scailabs.vault.credentials.ssh.SshCertificate;
import ai.scailabs.vault.credentials.ssh.SshRequest;
import ai.scailabs.vault.credentials.ssh.SshRoleRules;
import ai.scailabs.vault.credentials.ssh.SubjectKey;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What one engine certifies. There is no target to reach: servers fetch the list of what was withdrawn, and ask whether a password is good. */
final class SshSource implements CredentialSource {
    static final String KEY_TYPE = "key_type";
    static final String CA = "ca";
    static final String OTP = "otp";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST_HOLDER = 200;

    private final Engine engine;
    private final AuthorityKeys keys;
    private final SecureRandom random;
    private final Clock clock;

    SshSource(Engine engine, AuthorityKeys keys, SecureRandom random, Clock clock) {
        this.engine = engine;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
    }

    /** @throws VaultException {@code validation_error} */
    static boolean isOneTime(ObjectNode role) {
        JsonNode type = role.path(KEY_TYPE);
        if (type.isMissingNode() || CA.equals(type.asString(""))) {
            return false;
        }
        if (!OTP.equals(type.asString(""))) {
            throw VaultException.invalidField(KEY_TYPE, "is neither ca nor otp");
        }
        return true;
    }

    /** What a role says besides. */
    static ObjectNode rules(ObjectNode role) {
        ObjectNode rest = role.deepCopy();
        rest.remove(KEY_TYPE);
        return rest;
    }

    /** A new engine has no key yet that could be opened. */
    @Override
    public void verify() {
        keys.find(engine).ifPresent(SshAuthority::close);
    }

    @Override
    public NewCredential prepare(MintRequest request) {
        ObjectNode role = request.recipe().members();
        ObjectMembers members = new ObjectMembers(request.members());
        return isOneTime(role)
                ? oneTime(OneTimeRules.parse(rules(role)), members)
                : certificate(SshRoleRules.parse(rules(role)), members, request);
    }

    private NewCredential oneTime(OneTimeRules rules, ObjectMembers members) {
        String server = rules.server(members.text("ip"));
        String user = rules.user(members.text("username"));
        members.requireNothingElse();
        OneTimePassword password = OneTimePassword.random(random);
        return new NewCredential(
                password.account(),
                OneTimeLogin.kept(user, server),
                false,
                lease -> password.answer(user, server, rules.port()));
    }

    private NewCredential certificate(SshRoleRules rules, ObjectMembers members, MintRequest request) {
        String line = members.text("public_key");
        if (line == null) {
            throw VaultException.invalidField("public_key", "is required");
        }
        SubjectKey key = SubjectKey.parse(line);
        SshRequest wanted = new SshRequest(
                members.list("valid_principals"),
                members.map("critical_options"),
                members.has("extensions") ? members.map("extensions") : null);
        members.requireNothingElse();
        Content content = new Content(rules, key, wanted, SshCertificate.randomSerial(random), request.holder());
        Instant now = clock.instant();
        SshCertificate _ = content.certificate("", now, now.plus(request.ttl()));
        return new NewCredential(
                new Account(Long.toUnsignedString(content.serial())),
                new RoleRecipe(JSON.createObjectNode()),
                false,
                lease -> sign(content, lease));
    }

    private SshAuthority authority() {
        return keys.find(engine)
                .orElseThrow(() -> new VaultException(ErrorCode.ENGINE_NOT_FOUND, "There is no such engine"));
    }

    /** Of a certificate, but for its lease and its times. */
    private record Content(SshRoleRules rules, SubjectKey key, SshRequest wanted, long serial, IdentityId holder) {
        SshCertificate certificate(String lease, Instant from, Instant until) {
            String name = holder.value();
            String keyId = name.substring(0, Math.min(name.length(), LONGEST_HOLDER)) + " " + lease;
            return rules.certify(wanted, key, from, until, keyId, serial);
        }
    }

    private SensitiveBytes sign(Content content, LeasedAccount lease) {
        SshCertificate certificate = content.certificate(lease.lease(), lease.issuedAt(), lease.expiresAt());
        ObjectNode data = JSON.createObjectNode();
        try (SshAuthority authority = authority()) {
            data.put("signed_key", authority.sign(certificate));
        }
        data.put("serial_number", certificate.serialText()).put("key_id", certificate.keyId());
        certificate.principals().forEach(data.putArray("valid_principals")::add);
        return SensitiveBytes.owning(JSON.writeValueAsBytes(data));
    }

    /** Whoever asks from now on is told that it is over. */
    @Override
    public void revoke(LeasedAccount lease) {}

    @Override
    public void rollback(LeasedAccount lease) {}

    @Override
    public void renew(LeasedAccount lease, Instant until) {
        throw new IllegalStateException("what was signed has its end in it");
    }

    @Override
    public void close() {}
}
