/** The commonest passwords of 12 and more characters in public breach lists, in lower case. */
const COMMONEST = new Set(
  `123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 123456789123 1234567891234 12345678910
  012345678901 098765432109 987654321098 0123456789012 123123123123 111111111111 000000000000 112233445566 147258369147
  123456123456 123qweasdzxc 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc
  zaq12wsxcde3 q1w2e3r4t5y6 q1w2e3r4t5y6u7i8 qwertyuiop12 qwertyuiop123 qwertyuiop1234 qwertyuiopas qwertyuiopasdf
  qwertyuiopasdfgh qwertyuiop[] qwerty123456 qwerty1234567 qwerty12345678 qwerty123456789 123456qwerty 1234567890qwerty
  qwertyasdfgh qwertyasdfzxcv qwerqwerqwer asdfghjkl123 asdfghjklzxc asdfasdfasdf zxcvbnmasdfg zxcvbnm12345 zxcvbnm123456
  password1234 password12345 password123456 password123456789 passwordpassword password2020 password2021 password2022
  password2023 password2024 password2025 password2026 password@123 password!234 p@ssw0rd1234 p@ssword1234 passw0rd1234
  passw0rd12345 p@ssw0rd123! mypassword123 mypassword12 newpassword1 newpassword12 newpassword123 thisismypassword
  changeme1234 changeme12345 changeme123! changemenow1 changemeplease pleasechangeme letmein12345 letmein123456
  welcome12345 welcome123456 welcome@1234 welcome2024! welcome2025! welcome2026! administrator administrator1
  administrator123 admin1234567 admin12345678 admin123456789 adminadmin12 adminadminadmin admin@123456 administrat0r
  rootrootroot toor12345678 iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch iloveyoubaby ilovemyfamily
  princess1234 sunshine1234 football1234 baseball1234 superman1234 dragon123456 monkey123456 michael12345 charlie12345
  liverpool123 manchester12 manchesterunited chelsea12345 barcelona123 realmadrid12 arsenal12345 pokemon12345
  minecraft123 starwars1234 harrypotter1 spiderman123 trustno1trustno1 letmeinletmein opensesame12 abcdefghijkl
  abcdefghijklm abcdefghijklmnop abc123456789 abc123abc123 abcd12345678 abcd123456789 aaaaaaaaaaaa a1b2c3d4e5f6
  a123456789012 aa1234567890 asd123456789 google123456 facebook1234 computer1234 internet1234 whatever1234 secret123456
  jesuschrist1 jesusislord1 godislove123 unleash4all1 correcthorsebatterystaple`
    .split(/\s+/)
    .filter((word) => word.length > 0),
);

/** Whether this is what everybody tries first: on the list, or one to four characters over and over. */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  return COMMONEST.has(lower) || /^(.{1,4})\1+.{0,3}$/su.test(lower);
}

/** What is wrong with a password that somebody chooses, or null. */
export function passwordMistake(password: string): string | null {
  if (password.length < 12) return 'must have at least 12 characters';
  if (password.length > 128) return 'must have at most 128 characters';
  return isCommon(password) ? 'is one of those that are tried first; choose another' : null;
}

/** An e-mail address as accounts are found by: lower case, no spaces around; null where it is none. */
export function accountEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) ? email : null;
}
