package policy

// The words that ship. Labels are what Teams writes behind the names of those
// who are no members ("External", "Guest", "Unverified") in the languages of its
// clients; a policy adds more.
const defaultLabels = `
External, Guest, Unverified, External user, Guest user
Extern, Externer, Externe, Gast, Nicht überprüft, Nicht verifiziert
Externe, Invité, Invitée, Non vérifié
Externo, Externa, Invitado, Invitada, Sin verificar
Esterno, Esterna, Ospite, Non verificato
Externo, Convidado, Convidada, Não verificado
Gæst, Ekstern, Ikke bekræftet, Gjest, Ikke bekreftet, Gäst, Overifierad, Ulkoinen, Vieras, Vahvistamaton
Zewnętrzny, Zewnętrzna, Gość, Niezweryfikowany, Externí, Host (externí), Neověřeno, Externý, Hosť
Külső, Vendég, Extern, Invitat, Neverificat, Външен, Гост, Vanjski, Spoljni, Zunanji
Внешний, Внешняя, Гость, Не проверено, Зовнішній, Зовнішня, Гість
Εξωτερικός, Εξωτερική, Επισκέπτης, Harici, Dış, Konuk, Misafir
外部, ゲスト, 未確認, 外部用户, 外部使用者, 来宾, 來賓, 访客, 訪客, 未验证, 未驗證, 외부, 게스트, 확인되지 않음
خارجي, ضيف, לא מאומת, חיצוני, אורח, مهمان, خارجی
ภายนอก, ผู้เยี่ยมชม, Bên ngoài, Khách, Eksternal, Tamu, Luaran, Tetamu, बाहरी, अतिथि, বাহ্যিক, வெளிப்புறம், బాహ్య
Väline, Külaline, Ārējs, Viesis, Išorinis, Svečias, Kanpokoa, Extern (convidat), Externo (convidado)
Externí uživatel, Externer Benutzer, Utilisateur externe, Usuario externo, Usuário externo, Utente esterno, Zewnętrzne, Externé, Külsős, Внешний пользователь, Външно, Vanjsko, Gost, Спољни, Надворешен
Εξωτερικό, Dışarıdan, Xarici, Qonaq, Сыртқы, Қонақ, გარე, სტუმარი, Արտաքին, Հյուր, Гадаад, Зочин, I jashtëm, Mysafir, Utanaðkomandi, Seachtrach, Allanol, Gwestai, Gonbidatua, Convidat
Panlabas, Bisita, Nje, Mgeni, Ekstern gebruiker, ውጫዊ, እንግዳ, خارجی, بیرونی, مہمان, बाह्य, पाहुणा, বহিরাগত, অতিথি, বাহ্যিক ব্যবহারকারী, બાહ્ય, અતિથિ, ಬಾಹ್ಯ, ಅತಿಥಿ, ബാഹ്യം, ബാഹ്യ, അതിഥി, ਬਾਹਰੀ, ਮਹਿਮਾਨ
வெளி, வெளிப்புற, விருந்தினர், అతిథి, බාහිර, අමුත්තා, ខាងក្រៅ, ភ្ញៀវ, ພາຍນອກ, ແຂກ, ပြင်ပ, ဧည့်သည်, แขก, บุคคลภายนอก, Người ngoài, 社外, 来客, 外部人员, 外部人員, 외부 사용자, 외부인, 손님
`

const defaultRoles = `
Organizer, Organiser, Meeting organizer, Co-organizer, Host, Co-host, Cohost, Presenter, Moderator, Support, Administrator, Admin
Organisator, Organisatorin, Besprechungsleiter, Gastgeber, Referent, Moderatorin
Organisateur, Organisatrice, Hôte, Animateur, Présentateur, Assistance
Organizador, Organizadora, Anfitrión, Moderador, Soporte, Presentador, Anfitrião, Suporte, Apresentador
Organizzatore, Organizzatrice, Moderatore, Assistenza, Relatore
Organizator, Prowadzący, Wsparcie, Arrangör, Arrangør, Järjestäjä, Organizátor, Szervező
Организатор, Ведущий, Поддержка, Організатор, Підтримка, Διοργανωτής, Düzenleyen, Destek
開催者, 主催者, 発表者, サポート, 组织者, 召集人, 主持人, 支持, 組織者, 支援, 이끌이, 주최자, 발표자, 지원
المنظم, المضيف, الدعم, מארגן, מארח, תמיכה, ผู้จัด, Người tổ chức, Penyelenggara, आयोजक
Meeting host, Call host, Meeting organiser, Coorganizer, Co-organiser, Co-presenter, Main organizer, Support agent, Meeting admin, Customer service, Technical support
Besprechungsorganisator, Mitorganisator, Veranstalter, Coorganisateur, Hôtesse, Modérateur, Modératrice, Coorganizador, Coanfitrión, Anfitriona, Moderadora, Anfitriã, Coorganizzatore, Conduttore
Vergaderingsorganisator, Presentator, Ondersteuning, Gospodarz, Współorganizator, Mötesorganisatör, Mødearrangør, Møtearrangør, Kokouksen järjestäjä, Esittäjä, Pořadatel, Hostiteľ, Hostitel, Házigazda
Gazdă, Moderátor, Домакин, Водещ, Domaćin, Домаћин, Gostitelj, Οικοδεσπότης, Υποστήριξη, Toplantı düzenleyicisi, Ev sahibi, Sunucu, Ведуча, Ведучий, Докладчик, Администратор, Адміністратор
ホスト, 司会者, 管理者, 主办方, 主辦人, 管理员, 管理員, 技术支持, 客服, 호스트, 진행자, 관리자, المنسق, مدير الاجتماع, ميزبان, برگزارکننده, منتظم, מנחה, מנהל הפגישה, ผู้จัดการประชุม, เจ้าภาพ, ฝ่ายสนับสนุน
Chủ trì, Người chủ trì, Hỗ trợ, Tuan rumah, Penganjur, Dukungan, मेज़बान, सहायता, আয়োজক, সহায়তা, அமைப்பாளர், నిర్వాహకుడు, Korraldaja, Organizētājs, Organizatorius
`

const defaultPlaceholders = `
unknown, undefined, null, none, n/a, not available, anonymous, anonym, anonymous user, guest, guest user, user, users, participant, caller, attendee
unknown user, unknown participant, unnamed, unnamed participant, no name, noname, name, display name, displayname, your name, first name, last name, firstname lastname, first last
test, test user, testuser, default, default user, string, object, [object object], placeholder, tbd, empty, new user, external, external user
unbekannt, unbekannter benutzer, kein name, gast, benutzer, teilnehmer, nutzer, unbenannt
inconnu, inconnue, invité, utilisateur, participant inconnu, sans nom, anonyme
desconocido, desconocida, invitado, usuario, participante, sin nombre, anónimo, desconhecido, convidado, usuário, utilizador, sem nome, anônimo
sconosciuto, ospite, utente, partecipante, senza nome, anonimo, onbekend, gebruiker, deelnemer, naamloos
nieznany, gość, użytkownik, uczestnik, okänd, gäst, användare, deltagare, ukendt, gæst, bruger, ukjent, gjest, tuntematon, vieras
неизвестно, неизвестный, гость, пользователь, участник, без имени, невідомий, користувач, учасник
不明, ゲスト, ユーザー, 参加者, 名無し, 匿名, 未知, 未知用户, 访客, 来宾, 用户, 參加者, 參與者, 訪客, 使用者, 알 수 없음, 게스트, 사용자, 참가자, 익명
غير معروف, مجهول, ضيف, مستخدم, مشارك, ناشناس, לא ידוע, אורח, משתמש, אנונימי
άγνωστος, επισκέπτης, χρήστης, bilinmeyen, konuk, kullanıcı, katılımcı, misafir, ไม่ทราบ, ผู้ใช้, khách, người dùng, tamu, pengguna, अज्ञात, अतिथि, उपयोगकर्ता
`

// Coined words that no person is called. "Azure", "Teams", "Windows" and "Bing"
// are names of persons and ordinary words, and stand here only with another.
const defaultWordmarks = `
Microsoft, MS Teams, MSTeams, Office 365, Office365, Microsoft 365, SharePoint, OneDrive, PowerPoint, OneNote, Skype, LinkedIn, Teams Support, Teams Helpdesk, Teams Team, Teams Security
Skype for Business, M365, O365, マイクロソフト, 微软, 微軟
`

// What attackers who call or join as somebody's help desk are called
// ("Help Desk", "IT Support"; Microsoft Security on social engineering over
// Teams, May 2024).
const defaultDeskNames = `
IT Support, IT Helpdesk, IT Help Desk, IT Service Desk, IT Department, IT Security, Help Desk, Helpdesk, Service Desk, Support Desk, Tech Support, Technical Support
Help Desk Support, Helpdesk Support, Security Team, Security Operations, Support Team, Customer Support, System Administrator, HR Department, Human Resources
`
