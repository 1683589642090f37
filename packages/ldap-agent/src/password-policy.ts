import { type BerReader, Control } from 'ldapts';

/** Tags of the response control's value: draft-behera-ldap-password-policy-10, section 6.2. */
const WARNING = 0xa0;
const ERROR = 0x81;

export type PasswordPolicyError =
  | 'passwordExpired'
  | 'accountLocked'
  | 'changeAfterReset'
  | 'passwordModNotAllowed'
  | 'mustSupplyOldPassword'
  | 'insufficientPasswordQuality'
  | 'passwordTooShort'
  | 'passwordTooYoung'
  | 'passwordInHistory';

const ERRORS: readonly PasswordPolicyError[] = [
  'passwordExpired',
  'accountLocked',
  'changeAfterReset',
  'passwordModNotAllowed',
  'mustSupplyOldPassword',
  'insufficientPasswordQuality',
  'passwordTooShort',
  'passwordTooYoung',
  'passwordInHistory',
];

/** Sent with one bind; `error` holds what the directory said beside the result code. */
export class PasswordPolicyControl extends Control {
  static readonly oid = '1.3.6.1.4.1.42.2.27.8.5.1';
  error: PasswordPolicyError | undefined;

  constructor() {
    super(PasswordPolicyControl.oid);
  }

  protected override parseControl(reader: BerReader): void {
    if (reader.readSequence() === null) return;
    while (reader.remain > 0) {
      const tag = reader.peek();
      if (tag !== ERROR && tag !== WARNING) return;
      const value = reader.readString(tag, true);
      // Cut short: reading again would find the same bytes for ever.
      if (value === null) return;
      if (tag === ERROR) this.error = ERRORS[value[0] ?? -1];
    }
  }
}
