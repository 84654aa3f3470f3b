package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.credentials.connector.TargetException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.SSHPublicKeyMetadata;
import software.amazon.awssdk.services.iam.model.ServiceSpecificCredentialMetadata;
import software.amazon.awssdk.services.iam.model.SigningCertificate;

/** What a user was not given here but may have got: everything that IAM does not delete it with. */
final class Leftovers {
    private static final String VIRTUAL = ":mfa/";

    private Leftovers() {}

    static void remove(IamClient iam, AwsTurn turn, String user) throws TargetException {
        turn.gone(() -> iam.deleteLoginProfile(request -> request.userName(user)));
        for (ServiceSpecificCredentialMetadata each :
                turn.found(() -> iam.listServiceSpecificCredentials(request -> request.userName(user))
                        .serviceSpecificCredentials())) {
            turn.gone(() -> iam.deleteServiceSpecificCredential(
                    request -> request.userName(user).serviceSpecificCredentialId(each.serviceSpecificCredentialId())));
        }
        for (SSHPublicKeyMetadata each : turn.found(
                () -> iam.listSSHPublicKeys(request -> request.userName(user)).sshPublicKeys())) {
            turn.gone(() ->
                    iam.deleteSSHPublicKey(request -> request.userName(user).sshPublicKeyId(each.sshPublicKeyId())));
        }
        for (SigningCertificate each : turn.found(() ->
                iam.listSigningCertificates(request -> request.userName(user)).certificates())) {
            turn.gone(() -> iam.deleteSigningCertificate(
                    request -> request.userName(user).certificateId(each.certificateId())));
        }
        for (MFADevice each : turn.found(
                () -> iam.listMFADevices(request -> request.userName(user)).mfaDevices())) {
            turn.gone(() ->
                    iam.deactivateMFADevice(request -> request.userName(user).serialNumber(each.serialNumber())));
            if (each.serialNumber().contains(VIRTUAL)) {
                turn.gone(() -> iam.deleteVirtualMFADevice(request -> request.serialNumber(each.serialNumber())));
            }
        }
    }
}
